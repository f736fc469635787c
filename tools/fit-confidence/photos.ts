import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Embedder, Sight } from "../../lib/clip/embedder";
import { readFrames } from "../../lib/frame/read-frames";
import { nameLikeliest } from "../../lib/lmm/recogniser";
import type { Candidate } from "../../lib/lmm/lmm";

/** A labelled photo as the image tower saw it, once. */
export interface SeenPhoto {
  readonly file: string;
  readonly label: string;
  /** Photos of one folder with class folders; empty for `x_the_name.jpg`. */
  readonly set: string;
  readonly sight: Sight;
  /** The recogniser's names in the place of an LMM's. */
  readonly candidates: readonly Candidate[];
}

/** Photos of a folder: `x_the_name.jpg` in it, or a folder for each class in any depth. */
export async function seePhotos(folder: string, embedder: Embedder): Promise<SeenPhoto[]> {
  const seen: SeenPhoto[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile()).sort(byPath)) {
    if (!/\.(jpe?g|png|webp)$/i.test(entry.name)) continue;
    const inRoot = path.resolve(entry.parentPath) === path.resolve(folder);
    const named = /^[^_]+_(.+)\.[a-z]+$/i.exec(entry.name)?.[1];
    const label = (inRoot ? named : path.basename(entry.parentPath))?.replace(/[_-]+/g, " ");
    if (!label) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { frames } = await readFrames(await readFile(file));
    const [frame] = frames;
    if (!frame) continue;
    const sight = await embedder.see(frame);
    const candidates = nameLikeliest(
      sight.probabilities ?? new Float32Array(),
      embedder.info.labels ?? [],
    );
    const set = inRoot ? "" : path.dirname(entry.parentPath);
    seen.push({ file, label, set, sight, candidates });
  }
  return seen;
}

function byPath(a: { parentPath: string; name: string }, b: typeof a): number {
  return path.join(a.parentPath, a.name) < path.join(b.parentPath, b.name) ? -1 : 1;
}
