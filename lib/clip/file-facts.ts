import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

/** Large enough to be quick, small enough that one piece never holds the event loop. */
const PIECE_BYTES = 256 * 1024;

/** Begins the names of ONNX operators that scale by the extremes of what they are given. */
const DYNAMIC_OPERATOR = Buffer.from("DynamicQuantize");

/** What one pass over a file tells. */
export interface FileFacts {
  /** SHA-256 of the content, hex. */
  readonly digest: string;
  /** Whether it is a graph that quantises activations while it runs. */
  readonly dynamic: boolean;
}

const known = new Map<string, FileFacts>();

/** The files of some ten models; one that changed is another entry. */
const MAX_KNOWN = 128;

/** Reads a file through, unless this process has and it kept its path, size and time of change. */
export async function readFileFacts(file: string, signal?: AbortSignal): Promise<FileFacts> {
  const { size, mtimeMs } = await stat(file);
  const key = `${file}|${size}|${mtimeMs}`;
  const remembered = known.get(key);
  if (remembered) return remembered;
  const hash = createHash("sha256");
  let dynamic = false;
  let tail = Buffer.alloc(0);
  const options = { highWaterMark: PIECE_BYTES, ...(signal ? { signal } : {}) };
  for await (const read of createReadStream(file, options)) {
    const piece = read as Buffer;
    hash.update(piece);
    // The name may lie across two pieces.
    const seam = Buffer.concat([tail, piece.subarray(0, DYNAMIC_OPERATOR.length)]);
    dynamic ||= seam.includes(DYNAMIC_OPERATOR) || piece.includes(DYNAMIC_OPERATOR);
    tail = Buffer.from(piece.subarray(-DYNAMIC_OPERATOR.length));
  }
  const facts = { digest: hash.digest("hex"), dynamic };
  known.set(key, facts);
  const [oldest] = known.keys();
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  return facts;
}
