import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

/** Large enough to be quick, small enough that hashing one piece never holds the event loop. */
const PIECE_BYTES = 256 * 1024;

const known = new Map<string, string>();

/**
 * SHA-256 (hex) of a file's content. A file that kept its path, size and time of change is not
 * read twice in one process.
 */
export async function digestFile(file: string, signal?: AbortSignal): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  const key = `${file}|${size}|${mtimeMs}`;
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const hash = createHash("sha256");
  const options = { highWaterMark: PIECE_BYTES, ...(signal ? { signal } : {}) };
  for await (const piece of createReadStream(file, options)) hash.update(piece as Buffer);
  const digest = hash.digest("hex");
  known.set(key, digest);
  return digest;
}
