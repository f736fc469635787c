import { readdir, stat } from "node:fs/promises";
import path from "node:path";

import { toError } from "../errors";

/**
 * A part of the record: a folder with the lines that one process wrote within a day, and the
 * pictures of their decisions. The name tells when it was begun, by whom, and as which of theirs.
 */
export interface Segment {
  readonly name: string;
  readonly folder: string;
  /** Milliseconds since 1970, to the second. */
  readonly start: number;
  /** Of one process: 8 hex digits. */
  readonly writer: string;
  readonly number: number;
}

/** A process begins another segment after so long at the latest. */
export const SEGMENT_MS = 86_400_000;

/** Clocks of machines that share a folder differ; no process writes to a segment longer. */
const CLOSED_MS = SEGMENT_MS + 3_600_000;

const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([0-9a-f]{8})-(\d{4,})$/;

export function nameSegment(at: Date, writer: string, number: number): string {
  const time = at.toISOString().replace(/\.\d+/, "").replace(/[-:]/g, "");
  return `${time}-${writer}-${String(number).padStart(4, "0")}`;
}

/** The segment that a name stands for; null for any other name. */
export function findSegment(root: string, name: string): Segment | null {
  const [, year, month, day, hour, minute, second, writer = "", number] = NAME.exec(name) ?? [];
  const start = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(start)) return null;
  return { name, folder: path.join(root, name), start, writer, number: Number(number) };
}

/** All segments, oldest first. A folder that is not there holds none. */
export async function listSegments(root: string): Promise<Segment[]> {
  const names = await readdir(root).catch((thrown: unknown) => {
    if ((toError(thrown) as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw thrown;
  });
  const segments = names.flatMap((name) => findSegment(root, name) ?? []);
  return segments.sort(
    (a, b) => a.start - b.start || a.writer.localeCompare(b.writer) || a.number - b.number,
  );
}

/** Those that no process writes to any more: it has begun another one, or would have by now. */
export function findClosed(segments: readonly Segment[], now: number): Segment[] {
  const last = new Map<string, number>();
  for (const { writer, number } of segments) {
    last.set(writer, Math.max(number, last.get(writer) ?? 0));
  }
  return segments.filter(
    ({ writer, number, start }) => number < (last.get(writer) ?? 0) || start + CLOSED_MS < now,
  );
}

/** The file of a segment's lines. */
export function linesOf({ folder }: Pick<Segment, "folder">): string {
  return path.join(folder, "journal.jsonl");
}

/** The file of a decision's picture. */
export function pictureOf({ folder }: Pick<Segment, "folder">, id: string): string {
  return path.join(folder, `${id}.jpg`);
}

/** Bytes of a segment's files. */
export async function measureSegment({ folder }: Segment): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    bytes += await stat(path.join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}
