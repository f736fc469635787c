/** Labelled photos that differ, cut out of a few. */
import { mkdir } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";

const PHOTOS = path.join(__dirname, "../../examples/photos");

/**
 * Writes `<folder>/<class>/<n>.jpg`, each another part of the photo.
 *
 * @param classes names of the photos (without extension) by the name of the class's folder
 */
export async function cropPhotos(
  folder: string,
  classes: Readonly<Record<string, string>>,
  count: number,
): Promise<void> {
  for (const [name, photo] of Object.entries(classes)) {
    const file = path.join(PHOTOS, `${photo}.jpg`);
    const { width, height } = await sharp(file).metadata();
    await mkdir(path.join(folder, name), { recursive: true });
    for (let at = 0; at < count; at += 1) {
      const part = { width: Math.round(width * 0.8), height: Math.round(height * 0.8) };
      const left = Math.floor(((width - part.width) * at) / count);
      const top = Math.floor(((height - part.height) * ((at * 3) % count)) / count);
      await sharp(file)
        .extract({ ...part, left, top })
        .resize(320)
        .toFile(path.join(folder, name, `${String(at)}.jpg`));
    }
  }
}
