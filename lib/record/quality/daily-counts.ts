import { stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

import { parseEntry, type DecisionEntry } from "../entries";
import { lineAt, readLines } from "../read-lines";
import { linesOf, listSegments, type Segment } from "../segments";
import type { Result } from "../../tlac/result";
import { dayOf } from "./days";

/** What a node decided of a camera's pictures on one day. */
export interface DailyCount {
  readonly node: string;
  /** Empty: none was named. */
  readonly camera: string;
  readonly day: number;
  decisions: number;
  /** Of them those that were left to a person. */
  review: number;
}

interface Reading {
  readonly inode: number;
  readonly offset: number;
  readonly counts: Map<string, DailyCount>;
  /** Cut down to what people confirmed: it tells no share any more. */
  readonly reduced: boolean;
}

/** Some milliseconds of parsing. */
const LINES_PER_TURN = 64;

/** Beyond so many, messages name cameras by mistake, such as by the time. */
const MOST_CAMERAS = 200;

/** The decisions of a record by day, kept up to date by reading what was appended since. */
export class DailyCounts {
  private readonly readings = new Map<string, Reading>();
  private cameras = new Set<string>();

  constructor(private readonly root: string) {}

  /** Throws what the file system throws. */
  async refresh(): Promise<void> {
    const segments = await listSegments(this.root);
    const there = new Set(segments.map(({ name }) => name));
    for (const name of [...this.readings.keys()]) if (!there.has(name)) this.readings.delete(name);
    // What went with its segments makes room.
    this.cameras = new Set(
      [...this.readings.values()].flatMap(({ counts }) =>
        [...counts.values()].flatMap(({ camera }) => camera || []),
      ),
    );
    for (const segment of segments) await this.readOn(segment);
  }

  /** Of all segments that are whole; a day may come several times. */
  *all(): Generator<DailyCount> {
    for (const { counts, reduced } of this.readings.values()) if (!reduced) yield* counts.values();
  }

  /** The name under which a camera counts. */
  cameraOf({ camera }: DecisionEntry): string {
    if (camera === null) return "";
    if (this.cameras.size < MOST_CAMERAS) this.cameras.add(camera);
    return this.cameras.has(camera) ? camera : "";
  }

  private async readOn(segment: Segment): Promise<void> {
    const file = linesOf(segment);
    const now = await stat(file).catch(() => null);
    const known = this.readings.get(segment.name);
    if (!now || (known?.inode === now.ino && known.offset === now.size)) return;
    const goesOn = known?.inode === now.ino && now.size >= known.offset;
    const lines = await readLines(file, goesOn ? known.offset : 0);
    if (goesOn && lines.inode !== known.inode) return this.readOn(segment);
    const counts = goesOn ? known.counts : new Map<string, DailyCount>();
    let reduced = goesOn && known.reduced;
    for (let line = 0; line < lines.bounds.length - 1; line++) {
      if (line % LINES_PER_TURN === 0) await nextTurn();
      const entry = parseEntry(lineAt(lines, line));
      if (entry?.kind === "reduced") reduced = true;
      else if (entry?.kind === "decision") this.add(counts, entry);
    }
    const offset = (goesOn ? known.offset : 0) + (lines.bounds.at(-1) ?? 0);
    this.readings.set(segment.name, { inode: lines.inode, offset, counts, reduced });
  }

  private add(counts: Map<string, DailyCount>, entry: DecisionEntry): void {
    // An unchanged scene says nothing new. Reading checks no more than everybody needs.
    const { cached, outcome } = entry.result as Partial<Result>;
    if (cached?.frame) return;
    const { node } = entry;
    const camera = this.cameraOf(entry);
    const day = dayOf(Date.parse(entry.time));
    const key = JSON.stringify([node, camera, day]);
    const count = counts.get(key) ?? { node, camera, day, decisions: 0, review: 0 };
    counts.set(key, count);
    count.decisions += 1;
    if (outcome !== "class") count.review += 1;
  }
}
