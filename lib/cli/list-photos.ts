import { stat } from "node:fs/promises";

import { toError } from "../errors";
import { findPictures, type OtherFile } from "../frame/find-pictures";
import type { Phrase } from "../i18n/catalogue";
import { UsageError } from "./usage-error";

/** What a command was pointed at. */
export interface PhotoList {
  readonly photos: readonly string[];
  /** Files of folders that are no photos. */
  readonly leftOut: readonly OtherFile[];
}

const MOST_NAMED = 20;

/**
 * The photos behind files and folders (searched to the bottom), folders in the order of names. A
 * file of a folder is a photo by its content, whatever its name; a file that is named is always
 * tried. Throws `CLOSED`.
 */
export async function listPhotos(
  places: readonly string[],
  signal?: AbortSignal,
): Promise<PhotoList> {
  const photos: string[] = [];
  const leftOut: OtherFile[] = [];
  for (const place of places) {
    const stats = await stat(place).catch((thrown: unknown) => {
      throw new UsageError("cli.no-such-file", { file: place, reason: toError(thrown).message });
    });
    if (!stats.isDirectory()) {
      photos.push(place);
      continue;
    }
    const { pictures, others } = await findPictures(place, { signal });
    if (pictures.length === 0) {
      const named = nameLeftOut(others) ?? { key: "cli.nothing-else" };
      throw new UsageError("cli.no-photos", { folder: place, others: named });
    }
    photos.push(...pictures);
    leftOut.push(...others);
  }
  return { photos, leftOut };
}

/** How many files were left out and which; undefined where there are none. */
export function nameLeftOut(files: readonly OtherFile[]): Phrase | undefined {
  if (files.length === 0) return undefined;
  const names = files
    .slice(0, MOST_NAMED)
    .map(({ file, kind }) => (kind ? `${file} (${kind})` : file))
    .join(", ");
  const key = files.length > MOST_NAMED ? "cli.left-out-more" : "cli.left-out";
  return { key, params: { count: files.length, names, more: files.length - MOST_NAMED } };
}
