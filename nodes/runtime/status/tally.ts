import type { NodeStatus } from "node-red";

/** Node-RED asks for at most 20 characters under a node; UTF-16 units, the strictest way to count. */
export const MAX_TEXT = 20;

/** How a message ended, as it is shown before the counts are known. */
export interface EndStatus extends NodeStatus {
  text: string;
  /** Set for a name, which may be cut to make room: behind it how sure it is, if there is room. */
  readonly detail?: string;
}

/** The ways out that are counted. */
export type Tallied = "out" | "class" | "review" | "skipped" | "failed";

/** In the order of the outputs. */
const MARKS: Readonly<Record<Tallied, string>> = {
  out: "✓",
  class: "✓",
  review: "?",
  skipped: "»",
  failed: "✕",
};

/** What is shown first where there is no room for all. */
const WEIGHTS: readonly Tallied[] = ["class", "out", "review", "failed", "skipped"];

/** Letters of a name that counts never take away. */
const LEAST_NAME = 6;

/**
 * The last end and how many messages have left by each way, `hammer 93% ✓12 ?3 ✕1`: what has not
 * happened is left out, and so is what does not fit, the way that the last message took last.
 */
export function withTally(
  { fill, shape, text, detail }: EndStatus,
  counts: Readonly<Partial<Record<Tallied, number>>>,
  last: Tallied,
): NodeStatus {
  const least = detail === undefined ? text.length : Math.min(text.length, LEAST_NAME);
  const tally = writeTally(counts, last, MAX_TEXT - least);
  const room = MAX_TEXT - tally.length;
  const whole = detail ? `${text} ${detail}` : text;
  const shown = whole.length <= room ? whole : fit(text, room);
  return { ...(fill ? { fill } : {}), ...(shape ? { shape } : {}), text: shown + tally };
}

/** With a space before each count. */
function writeTally(
  counts: Readonly<Partial<Record<Tallied, number>>>,
  last: Tallied,
  room: number,
): string {
  const shown = new Map<Tallied, string>();
  let left = room;
  for (const way of [last, ...WEIGHTS]) {
    const count = counts[way] ?? 0;
    const part = ` ${MARKS[way]}${shorten(count)}`;
    if (count === 0 || shown.has(way) || part.length > left) continue;
    shown.set(way, part);
    left -= part.length;
  }
  return (Object.keys(MARKS) as Tallied[]).map((way) => shown.get(way) ?? "").join("");
}

/** At most four characters: 999, 1.2k, 12k, 3.4M. */
function shorten(count: number): string {
  if (count < 1_000) return String(count);
  const [unit, sign] = count < 1_000_000 ? ([1_000, "k"] as const) : ([1_000_000, "M"] as const);
  const whole = Math.min(Math.floor(count / unit), 999);
  return whole < 10 ? `${String(Math.floor((10 * count) / unit) / 10)}${sign}` : `${whole}${sign}`;
}

const graphemes = new Intl.Segmenter();

/** The text, cut between two letters where it is too long. */
export function fit(text: string, room = MAX_TEXT): string {
  if (text.length <= room) return text;
  let cut = "";
  for (const { segment } of graphemes.segment(text)) {
    if (cut.length + segment.length >= room) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}
