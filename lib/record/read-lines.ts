import { open } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

import { toError } from "../errors";

/** More than any segment has: a file beyond that is none of ours. */
const MOST_BYTES = 64 * 1024 * 1024;

const LINE_END = 0x0a;
const LINES_PER_TURN = 4_096;

/** Whole lines of a file as they lie in its bytes; a line without its end is left for later. */
export interface Lines {
  readonly bytes: Buffer;
  /** Where each line starts, and where the last one ends. */
  readonly bounds: readonly number[];
  /** Changes when another file takes the name. */
  readonly inode: number;
}

const NONE: Lines = { bytes: Buffer.alloc(0), bounds: [0], inode: 0 };

/** The lines from a place on; none where the file is gone. Throws what the file system throws. */
export async function readLines(place: string, from = 0): Promise<Lines> {
  let file;
  try {
    file = await open(place, "r");
  } catch (thrown) {
    if ((toError(thrown) as NodeJS.ErrnoException).code === "ENOENT") return NONE;
    throw thrown;
  }
  try {
    const { size, ino: inode } = await file.stat();
    const bytes = Buffer.alloc(Math.min(Math.max(0, size - from), MOST_BYTES));
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await file.read(bytes, read, bytes.length - read, from + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return { bytes, bounds: await findBounds(bytes.subarray(0, read)), inode };
  } finally {
    await file.close();
  }
}

/** The text of one of the lines. */
export function lineAt({ bytes, bounds }: Lines, index: number): string {
  return bytes.toString("utf8", bounds[index], bounds[index + 1]);
}

async function findBounds(bytes: Buffer): Promise<number[]> {
  const bounds = [0];
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, end + 1)) {
    bounds.push(end + 1);
    if (bounds.length % LINES_PER_TURN === 0) await nextTurn();
  }
  return bounds;
}
