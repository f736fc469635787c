import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import path from "node:path";

import type { Embedder } from "../clip/embedder";
import { TlacError, throwIfClosed } from "../errors";
import type { Phrase } from "../i18n/catalogue";
import { readPlainFile } from "../frame/read-image-file";
import { readFrames } from "../frame/read-frames";
import type { FeatureCache, KnownPicture } from "./feature-cache";
import type { BrokenExample, FoundFile } from "./scan-folder";

/** A photo of a good camera takes 30 MB. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A long first reading is kept step by step, so that a restart goes on where it was. */
const SAVE_EVERY = 100;

export interface FeatureReading {
  readonly pictures: readonly KnownPicture[];
  readonly broken: readonly BrokenExample[];
}

/** Files that were read in vain, by path: as long as they are the same they are not tried again. */
export type Failures = Map<string, { readonly stamp: string; readonly reason: Phrase }>;

/**
 * The features of files below `root`: those that the cache has, and the others one after another,
 * because live pictures wait for the same model. A file that is no whole picture is named and left
 * out. Throws `EMBEDDER_UNAVAILABLE` and `CLOSED`; what was read until then is kept.
 */
export async function readFeatures(
  root: string,
  files: readonly FoundFile[],
  embedder: Embedder,
  { cache, failures, signal }: { cache: FeatureCache; failures: Failures; signal?: AbortSignal },
): Promise<FeatureReading> {
  const pictures: KnownPicture[] = [];
  const broken: BrokenExample[] = [];
  let fresh: KnownPicture[] = [];
  const save = async (): Promise<void> => {
    const kept = new Set(fresh.map(({ file }) => file));
    await cache.update(fresh, ({ file }) => !kept.has(file));
    fresh = [];
  };
  try {
    for (const found of files) {
      throwIfClosed(signal);
      const { file, stamp } = found;
      const known = cache.find(file, stamp);
      const failure = failures.get(file);
      if (known) pictures.push(known);
      else if (failure?.stamp === stamp) broken.push({ file, reason: failure.reason });
      else {
        const read = await readPicture(root, found, embedder, cache, signal);
        if ("reason" in read) {
          // What cannot be opened now may well be soon, without a change of the file.
          if (read.reason.key !== "frame.path-unreadable") {
            failures.set(file, { stamp, reason: read.reason });
          }
          broken.push({ file, reason: read.reason });
        } else {
          pictures.push(read);
          fresh.push(read);
        }
      }
      if (fresh.length >= SAVE_EVERY) await save();
    }
  } finally {
    await save();
  }
  return { pictures, broken };
}

async function readPicture(
  root: string,
  { file, stamp }: FoundFile,
  embedder: Embedder,
  cache: FeatureCache,
  signal: AbortSignal | undefined,
): Promise<KnownPicture | { readonly reason: Phrase }> {
  try {
    const bytes = await readFileBelow(root, file);
    const hash = hashBytes(bytes);
    const same = cache.findContent(hash);
    if (same) return { ...same, file, stamp };
    const { frames } = await readFrames(bytes, signal ? { signal } : {});
    const [frame] = frames;
    const { features } = frame
      ? await embedder.see(frame, signal ? { signal } : {})
      : { features: null };
    if (!features) return { reason: { key: "examples.no-features" } };
    return { file, stamp, hash, vector: Float32Array.from(features) };
  } catch (thrown) {
    if (!(thrown instanceof TlacError) || thrown.code !== "BAD_IMAGE") throw thrown;
    return { reason: { key: thrown.key, params: thrown.params } };
  }
}

/** The content of a file that a scan has found. Throws `BAD_IMAGE`. */
export async function readFileBelow(root: string, file: string): Promise<Uint8Array> {
  const place = path.join(root, file);
  const real = await realpath(place).catch(() => place);
  return readPlainFile(real, file, MOST_BYTES);
}

/** SHA-256 in hex. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
