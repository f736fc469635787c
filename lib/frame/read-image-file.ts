import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { TlacError, toError } from "../errors";
import type { Phrase } from "../i18n/catalogue";
import { findAllowed } from "./find-allowed";
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
  const found = await findAllowed(toPath(given), folders);
  if (found.real !== null) return readPlainFile(found.real, given, rules.maxBytes);
  const params = { path: given, folders: folders.join(", ") };
  throw new TlacError("BAD_IMAGE", `frame.path-${found.reason}`, params);
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
