import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { TlacError, toError } from "../errors";
import type { Phrase } from "../i18n/catalogue";
import { isInside, resolveInside } from "./allowed-path";
import type { FrameRules } from "./frame-options";

/**
 * Never waits for the writer of a pipe, and never follows a link put there after the check. Windows
 * has neither flag; undefined counts as 0 there.
 */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * A file's bytes, where it lies in an allowed folder after all links are followed. A relative path
 * counts from the allowed folders. Throws `BAD_IMAGE`; outside the folders it says the same
 * whether the file exists or not.
 */
export async function readImageFile(given: string, rules: FrameRules): Promise<Uint8Array> {
  const { folders } = rules.access;
  if (folders.length === 0) {
    throw new TlacError("BAD_IMAGE", "frame.path-off", { path: given });
  }
  const file = await findAllowed(toPath(given), given, folders);
  return readPlainFile(file, given, rules.maxBytes);
}

function toPath(given: string): string {
  if (!/^file:/i.test(given)) return given;
  try {
    return fileURLToPath(given);
  } catch (cause) {
    throw new TlacError("BAD_IMAGE", "frame.bad-scheme", { scheme: given }, { cause });
  }
}

/**
 * The real path of the file in the first allowed folder that has it. The disk is asked about paths
 * inside a folder only, by the folder's own name or by where its links lead.
 */
async function findAllowed(
  file: string,
  given: string,
  folders: readonly string[],
): Promise<string> {
  let missing = false;
  for (const folder of folders) {
    const realRoot = await realpath(path.resolve(folder)).catch(() => null);
    const target = resolveInside(folder, file) ?? (realRoot && resolveInside(realRoot, file));
    if (!target) continue;
    const real = realRoot && (await realpath(target).catch(() => null));
    if (!real) missing = true;
    else if (isInside(realRoot, real)) return real;
  }
  const key = missing ? "frame.path-missing" : "frame.path-outside";
  throw new TlacError("BAD_IMAGE", key, { path: given, folders: folders.join(", ") });
}

/**
 * The bytes of a regular file that is no link; `given`: as the sentence calls it. Throws `BAD_IMAGE`.
 */
export async function readPlainFile(
  file: string,
  given: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const unreadable = (reason: string | Phrase, cause?: unknown): TlacError =>
    new TlacError("BAD_IMAGE", "frame.path-unreadable", { path: given, reason }, { cause });
  const handle = await open(file, OPEN_FLAGS).catch((thrown: unknown) => {
    throw unreadable(toError(thrown).message, thrown);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw unreadable({ key: "frame.not-a-file" });
    if (stat.size > maxBytes) {
      throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: maxBytes });
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
