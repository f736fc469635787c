import { loadSharp } from "./load-sharp";

/** The same picture with no side longer than `maxSide` pixels, as a baseline JPEG. */
export async function shrinkJpeg(jpeg: Buffer, maxSide: number): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(jpeg)
    .resize(maxSide, maxSide, { fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 90, progressive: false })
    .toBuffer();
}
