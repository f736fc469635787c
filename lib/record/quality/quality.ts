import type { DecisionRecord, Recorded, Standing } from "../record";
import { DailyCounts } from "./daily-counts";
import { dayOf, formatDay, mondayOf } from "./days";
import { findDrifts, type Drift, type Test } from "./find-drifts";

/** One week of one camera. */
export interface WeekQuality {
  /** Its Monday, as YYYY-MM-DD, in the computer's time zone. */
  readonly week: string;
  /** Empty: none was named. */
  readonly camera: string;
  /** Decisions of pictures that were not the same as before, and those of them left to a person. */
  readonly decisions: number;
  readonly review: number;
  /** Confirmed pictures that are kept out of what is learned; see `Test`. */
  readonly tested: number;
  readonly right: number;
  readonly wrong: number;
}

export interface Quality {
  /** The newest first, in a week by camera. */
  readonly weeks: readonly WeekQuality[];
  readonly drifts: readonly Drift[];
}

/** What of a decision a test needs, whatever people say of it later. */
interface Facts extends Pick<Test, "node" | "camera" | "day"> {
  readonly decided: string | null;
  readonly best: string | null;
}

/** How good the decisions of a record are over time; a second look reads only what is new. */
export class QualityReader {
  private readonly counts: DailyCounts;
  private readonly facts = new Map<string, Facts>();

  constructor(private readonly record: DecisionRecord) {
    this.counts = new DailyCounts(record.root);
  }

  /**
   * Throws what the file system throws.
   *
   * @param known keys of the drifts that there were at the last look
   */
  async read(known: ReadonlySet<string>, now = Date.now()): Promise<Quality> {
    await this.record.flush();
    await this.counts.refresh();
    const tests = await this.readTests();
    const counts = [...this.counts.all()];
    return {
      weeks: sumWeeks(counts, tests),
      drifts: findDrifts(counts, tests, dayOf(now), known),
    };
  }

  private async readTests(): Promise<Test[]> {
    const standings = (await this.record.readStandings()).filter(
      ({ answer }) => answer?.heldOut && answer.correct !== undefined,
    );
    const there = new Set(standings.map(({ decision }) => decision));
    for (const id of [...this.facts.keys()]) if (!there.has(id)) this.facts.delete(id);
    const unknown = standings.filter(({ decision }) => !this.facts.has(decision));
    for (const { entry } of await this.record.load(unknown)) {
      this.facts.set(entry.id, this.readFacts(entry));
    }
    return standings.flatMap((standing) => this.toTest(standing));
  }

  private readFacts(entry: Recorded["entry"]): Facts {
    return {
      node: entry.node,
      camera: this.counts.cameraOf(entry),
      day: dayOf(Date.parse(entry.time)),
      decided: entry.result.class,
      best: entry.result.ranking[0]?.class ?? null,
    };
  }

  private toTest({ decision, answer }: Standing): Test[] {
    const facts = this.facts.get(decision);
    if (!facts || answer?.correct === undefined) return [];
    const { decided, best, ...place } = facts;
    const { correct } = answer;
    const right = correct === null ? decided === null : best === correct;
    return [{ ...place, right, wrong: decided !== null && decided !== correct }];
  }
}

type Sum = { -readonly [K in keyof WeekQuality]: WeekQuality[K] };

function sumWeeks(
  counts: readonly { camera: string; day: number; decisions: number; review: number }[],
  tests: readonly Test[],
): WeekQuality[] {
  const weeks = new Map<string, Sum>();
  const find = ({ camera, day }: { readonly camera: string; readonly day: number }): Sum => {
    const week = formatDay(mondayOf(day));
    const key = JSON.stringify([week, camera]);
    const none = { decisions: 0, review: 0, tested: 0, right: 0, wrong: 0 };
    const known = weeks.get(key) ?? { week, camera, ...none };
    weeks.set(key, known);
    return known;
  };
  for (const count of counts) {
    const sum = find(count);
    sum.decisions += count.decisions;
    sum.review += count.review;
  }
  for (const test of tests) {
    const sum = find(test);
    sum.tested += 1;
    if (test.right) sum.right += 1;
    if (test.wrong) sum.wrong += 1;
  }
  return [...weeks.values()].sort(
    (a, b) => b.week.localeCompare(a.week) || a.camera.localeCompare(b.camera),
  );
}
