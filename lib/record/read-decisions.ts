import { readFile, stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

import { parseEntry, startOfDecision, type DecisionEntry } from "./entries";
import { lineAt, readLines, type Lines } from "./read-lines";
import { linesOf, type Segment } from "./segments";

/** A decision and the segment that holds it. */
export interface Placed {
  readonly entry: DecisionEntry;
  readonly segment: Segment;
}

/** Which decisions to read, and in which order. */
export interface Span {
  /** Milliseconds since 1970, from `from` to before `to`; absent: no bound. */
  readonly from?: number;
  readonly to?: number;
  /** Default: oldest first. */
  readonly newestFirst?: boolean;
}

/** A decision is written soon after it was made; a slow disk may take its time. */
const WRITING_MS = 600_000;

/** Names of segments tell seconds, and the clocks of file systems may be late. */
const CLOCK_MS = 1_000;

/** Some milliseconds of parsing. */
const DECISIONS_PER_TURN = 64;

/**
 * The decisions of all segments by time. Those of one segment come in the order in which they were
 * written; segments of several processes are read side by side. Lines that cannot be read are
 * left out. Throws what the file system throws.
 */
export async function* readDecisions(
  segments: readonly Segment[],
  { from = -Infinity, to = Infinity, newestFirst = false }: Span,
): AsyncGenerator<Placed> {
  const closed: Cursor[] = [];
  for (const segment of segments) {
    const end = await findEnd(segment, segments);
    if (end + WRITING_MS < from || segment.start - WRITING_MS > to) continue;
    closed.push(new Cursor(segment, newestFirst ? end : segment.start, newestFirst));
  }
  const isFirst = (a: Cursor, b: Cursor): boolean =>
    newestFirst ? a.time > b.time : a.time < b.time;
  closed.sort((a, b) => (isFirst(a, b) ? -1 : 1));
  const opened: Cursor[] = [];
  for (let count = 1; ; count++) {
    let first = pick(opened, isFirst);
    // A segment that might hold an earlier one is opened first.
    for (let next = closed[0]; next && (!first || isFirst(next, first)); next = closed[0]) {
      closed.shift();
      if (await next.open()) opened.push(next);
      first = pick(opened, isFirst);
    }
    const entry = first?.head;
    if (!first || !entry) return;
    const { time, segment } = first;
    if (!first.advance()) opened.splice(opened.indexOf(first), 1);
    if (count % DECISIONS_PER_TURN === 0) await nextTurn();
    if (time >= from && time < to) yield { entry, segment };
  }
}

/** The decisions with these ids, as far as the segment holds them. */
export async function findDecisions(
  segment: Segment,
  ids: readonly string[],
): Promise<DecisionEntry[]> {
  const bytes = await readFile(linesOf(segment)).catch(() => Buffer.alloc(0));
  return ids.flatMap((id) => {
    const start = bytes.indexOf(startOfDecision(id));
    const end = start < 0 ? -1 : bytes.indexOf("\n", start);
    const entry = end < 0 ? null : parseEntry(bytes.toString("utf8", start, end));
    return entry?.kind === "decision" ? [entry] : [];
  });
}

function pick(
  cursors: readonly Cursor[],
  isFirst: (a: Cursor, b: Cursor) => boolean,
): Cursor | undefined {
  return cursors.reduce<Cursor | undefined>(
    (first, one) => (!first || isFirst(one, first) ? one : first),
    undefined,
  );
}

/** When the last line was written, as far as can be told without reading it. */
async function findEnd(segment: Segment, segments: readonly Segment[]): Promise<number> {
  const next = segments.find(
    ({ writer, number }) => writer === segment.writer && number > segment.number,
  );
  if (next) return next.start + CLOCK_MS;
  const { mtimeMs } = await stat(linesOf(segment)).catch(() => ({ mtimeMs: segment.start }));
  return mtimeMs + CLOCK_MS;
}

/** Goes through one segment, forwards or backwards. */
class Cursor {
  /** Of the decision at hand; before that, a bound that none of the segment's passes. */
  time: number;
  head: DecisionEntry | undefined;
  private lines: Lines | undefined;
  private next = 0;

  constructor(
    readonly segment: Segment,
    bound: number,
    private readonly backwards: boolean,
  ) {
    this.time = bound;
  }

  /** Whether there is a decision. */
  async open(): Promise<boolean> {
    this.lines = await readLines(linesOf(this.segment));
    this.next = this.backwards ? this.lines.bounds.length - 2 : 0;
    return this.advance();
  }

  /** Goes to the next decision; false: there is none. */
  advance(): boolean {
    const { lines } = this;
    this.head = undefined;
    while (lines && this.next >= 0 && this.next < lines.bounds.length - 1) {
      const entry = parseEntry(lineAt(lines, this.next));
      this.next += this.backwards ? -1 : 1;
      if (entry?.kind !== "decision") continue;
      this.head = entry;
      this.time = Date.parse(entry.time);
      return true;
    }
    return false;
  }
}
