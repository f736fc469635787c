import { realpath } from "node:fs/promises";

import { TlacError, throwIfClosed } from "../../../lib/errors";
import type { LabelledSet } from "../../../lib/evaluation/labels/labelled-set";
import { readLabels } from "../../../lib/evaluation/labels/read-labels";
import { isInside } from "../../../lib/frame/allowed-path";
import { findAllowed } from "../../../lib/frame/find-allowed";

/** Photos of one evaluation in the editor. */
export const MOST_PHOTOS = 20_000;

/** A part that is not evaluated, such as `train`, and what is no photo may lie beside them. */
const MOST_FILES = 10 * MOST_PHOTOS;

/**
 * Labelled photos below a folder of the server, or in a list there, by the rule that holds for every
 * path: it lies in an allowed folder once all links are followed, and so does each photo. Throws
 * `BAD_CONFIG`, `CLOSED`.
 */
export async function readServerPhotos(
  place: string,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<LabelledSet> {
  if (folders.length === 0) throw refuse("evaluation.folder-off", place, folders);
  const found = await findAllowed(place, folders, { itself: true });
  if (found.real === null) throw refuse(`evaluation.folder-${found.reason}`, place, folders);
  const set = await readLabels(found.real, { signal, mostFiles: MOST_FILES });
  const { length: photos } = set.photos;
  if (photos > MOST_PHOTOS) {
    const params = { place, photos, most: MOST_PHOTOS };
    throw new TlacError("BAD_CONFIG", "evaluation.too-many-photos", params);
  }
  const roots = await Promise.all(folders.map((root) => realpath(root).catch(() => null)));
  for (const { file, name } of set.photos) {
    throwIfClosed(signal);
    const real = await realpath(file).catch(() => file);
    if (!roots.some((root) => root !== null && isInside(root, real))) {
      throw refuse("evaluation.folder-outside", name, folders);
    }
  }
  return set;
}

function refuse(
  key: "evaluation.folder-off" | "evaluation.folder-outside" | "evaluation.folder-missing",
  path: string,
  folders: readonly string[],
): TlacError {
  return new TlacError("BAD_CONFIG", key, { path, folders: folders.join(", ") });
}
