import { readdir, stat } from "node:fs/promises";
import path from "node:path";

import { toError } from "../errors";
import { UsageError } from "./usage-error";

/** What is taken for a photo inside a folder; a file that is named is always tried. */
const EXTENSIONS = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff"];

/** The photos behind files and folders (searched to the bottom), folders in the order of names. */
export async function listPhotos(paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(paths.map(listOne));
  return lists.flat();
}

async function listOne(place: string): Promise<string[]> {
  const stats = await stat(place).catch((thrown: unknown) => {
    throw new UsageError("cli.no-such-file", { file: place, reason: toError(thrown).message });
  });
  if (!stats.isDirectory()) return [place];
  const entries = await readdir(place, { recursive: true });
  const photos = entries
    .filter((entry) => EXTENSIONS.includes(path.extname(entry).toLowerCase()))
    .sort((a, b) => a.localeCompare(b))
    .map((entry) => path.join(place, entry));
  if (photos.length === 0) {
    throw new UsageError("cli.no-photos", { folder: place, extensions: EXTENSIONS.join(" ") });
  }
  return photos;
}
