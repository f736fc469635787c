import type { DecisionRecord } from "./record";

/** One week of one camera. */
export interface WeekQuality {
  /** Monday, as YYYY-MM-DD in the runtime's time zone. */
  readonly week: string;
  /** Empty: no camera was named. */
  readonly camera: string;
  readonly decisions: number;
  /** Of them those that were left to a person. */
  readonly review: number;
  /** Of them those that test what was learned; how many of these were right, and how many wrong. */
  readonly tested: number;
  readonly right: number;
  readonly wrong: number;
}

/** A camera whose last days differ from those before by more than chance. */
export interface Drift {
  /** `review`: more goes to a person; `error`: more of the test pictures are wrong. */
  readonly kind: "review" | "error";
  readonly camera: string;
  /** Shares 0…1, of the last days and before them. */
  readonly now: number;
  readonly before: number;
}

export interface Quality {
  /** Newest week first, in it by camera. */
  readonly weeks: readonly WeekQuality[];
  readonly drifts: readonly Drift[];
}

/** What a camera did in a span. */
interface Tally {
  decisions: number;
  review: number;
  tested: number;
  right: number;
  wrong: number;
}

const DAY_MS = 86_400_000;

/** The last days are compared with those before them. */
const RECENT_MS = 7 * DAY_MS;

/** Beyond so many names a message names cameras by mistake, such as by the time. */
const MOST_CAMERAS = 200;

/** Less tells nothing of a share. */
const LEAST = { review: { recent: 50, before: 200 }, error: { recent: 10, before: 20 } };

/** Three standard deviations, as control charts have it: by chance once in 700 times. */
const BAND = 3;

/**
 * How good a plant's decisions are over time, by week and camera, and which camera drifts. Throws
 * what the file system throws.
 */
export async function measureQuality(
  record: DecisionRecord,
  { now = Date.now(), signal }: { readonly now?: number; readonly signal?: AbortSignal } = {},
): Promise<Quality> {
  const weeks = new Map<string, { week: string; camera: string; tally: Tally }>();
  const recent = new Map<string, Tally>();
  const before = new Map<string, Tally>();
  for await (const { entry, standing } of record.read()) {
    signal?.throwIfAborted();
    const camera = recent.size + before.size > 2 * MOST_CAMERAS ? "" : (entry.camera ?? "");
    const at = Date.parse(entry.time);
    const week = mondayOf(new Date(at));
    const key = JSON.stringify([week, camera]);
    const known = weeks.get(key) ?? { week, camera, tally: newTally() };
    weeks.set(key, known);
    const half = at >= now - RECENT_MS ? recent : before;
    const part = half.get(camera) ?? newTally();
    half.set(camera, part);
    for (const tally of [known.tally, part]) {
      tally.decisions += 1;
      if (entry.result.outcome !== "class") tally.review += 1;
      const { answer } = standing ?? {};
      if (!answer?.heldOut) continue;
      tally.tested += 1;
      if (entry.result.class === answer.correct) tally.right += 1;
      else if (entry.result.class !== null) tally.wrong += 1;
    }
  }
  const listed = [...weeks.values()].map(({ week, camera, tally }) => ({ week, camera, ...tally }));
  listed.sort((a, b) => b.week.localeCompare(a.week) || a.camera.localeCompare(b.camera));
  return { weeks: listed, drifts: findDrifts(recent, before) };
}

function findDrifts(
  recent: ReadonlyMap<string, Tally>,
  before: ReadonlyMap<string, Tally>,
): Drift[] {
  const drifts: Drift[] = [];
  for (const [camera, now] of recent) {
    const then = before.get(camera);
    if (!then) continue;
    const look = (kind: Drift["kind"], a: Ratio, b: Ratio): void => {
      const least = LEAST[kind];
      if (a.of < least.recent || b.of < least.before || !isBeyondChance(a, b)) return;
      drifts.push({ kind, camera, now: a.count / a.of, before: b.count / b.of });
    };
    const reviewed = (tally: Tally): Ratio => ({ count: tally.review, of: tally.decisions });
    const erred = (tally: Tally): Ratio => ({ count: tally.wrong, of: tally.tested });
    look("review", reviewed(now), reviewed(then));
    look("error", erred(now), erred(then));
  }
  return drifts;
}

interface Ratio {
  readonly count: number;
  readonly of: number;
}

/** Whether `a`'s share is greater than `b`'s by more than the band of two shares (pooled). */
function isBeyondChance(a: Ratio, b: Ratio): boolean {
  const pooled = (a.count + b.count) / (a.of + b.of);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / a.of + 1 / b.of));
  return deviation > 0 && (a.count / a.of - b.count / b.of) / deviation > BAND;
}

function newTally(): Tally {
  return { decisions: 0, review: 0, tested: 0, right: 0, wrong: 0 };
}

function mondayOf(at: Date): string {
  const day = new Date(at.getFullYear(), at.getMonth(), at.getDate() - ((at.getDay() + 6) % 7));
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
