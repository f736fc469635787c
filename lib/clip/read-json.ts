import { open, readFile } from "node:fs/promises";
import path from "node:path";

import { isRecord, type UnknownRecord } from "../basics/is-record";
import { TlacError, toError } from "../errors";

/** What is read of the ends of a file that is too large to be read in one go here. */
const END_BYTES = 64;

/** An object in a file of a model's folder. Throws `EMBEDDER_UNAVAILABLE` that names the file. */
export async function readRecord(folder: string, file: string): Promise<UnknownRecord> {
  const value = await readJson(folder, file);
  if (isRecord(value)) return value;
  throw badJson(folder, file, "{…} expected");
}

/** What a file of a model's folder says; throws as `readRecord` does. */
export async function readJson(folder: string, file: string): Promise<unknown> {
  const text = await readFile(path.join(folder, file), "utf8").catch((thrown: unknown) => {
    throw missingFile(folder, file, thrown);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw badJson(folder, file, toError(thrown).message);
  }
}

/**
 * Whether a file begins and ends as an object does: a token table of 34 MB holds its reader for
 * half a second, which only the inference thread can afford. Throws as `readRecord` does.
 */
export async function checkEnds(folder: string, file: string): Promise<void> {
  const [first, last] = await readEnds(path.join(folder, file)).catch((thrown: unknown) => {
    throw missingFile(folder, file, thrown);
  });
  // The end may be nothing but blanks.
  if (!first.startsWith("{") || !/(?:^|})$/.test(last)) {
    throw badJson(folder, file, `{…} expected, ${first}…${last}`);
  }
}

export function missingFile(folder: string, file: string, cause?: unknown): TlacError {
  const params = { folder, file };
  return new TlacError("EMBEDDER_UNAVAILABLE", "clip.missing-file", params, { cause });
}

async function readEnds(place: string): Promise<[first: string, last: string]> {
  const handle = await open(place);
  try {
    const { size } = await handle.stat();
    const read = async (position: number): Promise<string> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(END_BYTES), { position });
      return buffer.toString("utf8", 0, bytesRead).trim();
    };
    return [await read(0), await read(Math.max(0, size - END_BYTES))];
  } finally {
    await handle.close();
  }
}

function badJson(folder: string, file: string, reason: string): TlacError {
  const params = { file: path.join(folder, file), reason };
  return new TlacError("EMBEDDER_UNAVAILABLE", "clip.bad-json", params);
}
