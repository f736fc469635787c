import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Embedder, Sight } from "../../lib/clip/embedder";
import type { LabelledPhoto } from "../../lib/evaluation/labels/labelled-set";
import { readLabels } from "../../lib/evaluation/labels/read-labels";
import { readFrames } from "../../lib/frame/read-frames";
import { nameLikeliest } from "../../lib/lmm/recogniser";
import type { Candidate } from "../../lib/lmm/lmm";

/** A labelled photo as the image tower saw it, once. */
export interface SeenPhoto extends LabelledPhoto {
  /** The folder, where it has class folders; empty for `x_the_name.jpg`. */
  readonly set: string;
  readonly sight: Sight;
  /** The recogniser's names in the place of an LMM's. */
  readonly candidates: readonly Candidate[];
}

/** Photos of a folder: `x_the_name.jpg` in it, or a folder for each class. */
export async function seePhotos(folder: string, embedder: Embedder): Promise<SeenPhoto[]> {
  const seen: SeenPhoto[] = [];
  const { photos } = await readLabels(folder);
  for (const photo of [...photos].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const { frames } = await readFrames(await readFile(photo.file));
    const [frame] = frames;
    if (!frame) continue;
    const sight = await embedder.see(frame);
    const candidates = nameLikeliest(
      sight.probabilities ?? new Float32Array(),
      embedder.info.labels ?? [],
    );
    // Names that the models read, also where folders have hyphens for spaces.
    const label = photo.label.replace(/[_-]+/g, " ");
    const set = photo.name.includes("/") ? path.resolve(folder) : "";
    seen.push({ ...photo, label, set, sight, candidates });
  }
  return seen;
}
