import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import { writeWholeFile } from "../basics/write-whole-file";
import { formatEntry, isId, parseEntry, type Entry } from "./entries";
import { lineAt, readLines } from "./read-lines";
import {
  findClosed,
  linesOf,
  listSegments,
  measureSegment,
  SEGMENT_MS,
  type Segment,
} from "./segments";
import type { Standings } from "./standings";

/** How much a record may hold. */
export interface Bounds {
  readonly mostBytes: number;
  readonly mostDays: number;
}

const DAY_MS = 86_400_000;
const LINES_PER_TURN = 64;

/**
 * Keeps a record within its bounds. The oldest segments are cut down to what people confirmed,
 * which is kept beyond the days as long as there is room; only then do confirmed ones go, the
 * oldest first. Segments that a process may still write to are left alone. Another process may do
 * the same at the same time: each step can be done twice. Throws what the file system throws.
 */
export async function sweepRecord(
  root: string,
  { mostBytes, mostDays }: Bounds,
  standings: Standings,
  now = Date.now(),
): Promise<void> {
  await standings.refresh();
  const segments = await listSegments(root);
  const sizes = new Map<Segment, number>();
  for (const segment of segments) sizes.set(segment, await measureSegment(segment));
  let total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const closed = findClosed(segments, now);
  for (const segment of closed) {
    const tooOld = segment.start + SEGMENT_MS < now - mostDays * DAY_MS;
    if ((!tooOld && total <= mostBytes) || standings.isReduced(segment.name)) continue;
    await reduce(segment, standings);
    const left = await measureSegment(segment);
    total -= (sizes.get(segment) ?? 0) - left;
    sizes.set(segment, left);
  }
  for (const segment of closed) {
    if (total <= mostBytes) break;
    await rm(segment.folder, { recursive: true, force: true });
    total -= sizes.get(segment) ?? 0;
  }
}

/** Leaves the decisions that people confirmed, and what was said of any that there still is. */
async function reduce(segment: Segment, standings: Standings): Promise<void> {
  const lines = await readLines(linesOf(segment));
  const kept: string[] = [];
  const decisions = new Set<string>();
  const isKept = (entry: Entry): boolean => {
    if (entry.kind === "reduced") return false;
    if (entry.kind === "decision") return standings.isConfirmed(entry.id);
    return entry.at === segment.name
      ? standings.isConfirmed(entry.decision)
      : standings.holds(entry);
  };
  for (let line = 0; line < lines.bounds.length - 1; line++) {
    if (line % LINES_PER_TURN === 0) await nextTurn();
    const text = lineAt(lines, line);
    const entry = parseEntry(text);
    if (!entry || !isKept(entry)) continue;
    kept.push(text);
    if (entry.kind === "decision") decisions.add(entry.id);
  }
  if (kept.length === 0) {
    await rm(segment.folder, { recursive: true, force: true });
    return;
  }
  // First what frees room: the disk may be full.
  for (const name of await readdir(segment.folder)) {
    const { name: id, ext } = path.parse(name);
    if (ext !== ".jpg" || !isId(id) || decisions.has(id)) continue;
    await rm(path.join(segment.folder, name), { force: true });
  }
  const time = new Date().toISOString();
  const first = formatEntry({ kind: "reduced", id: randomUUID(), time });
  await writeWholeFile(linesOf(segment), [first, ...kept].join(""));
}
