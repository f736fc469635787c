import { loadSharp } from "./load-sharp";

/** The same picture with no side longer than `maxSide` pixels, as a baseline JPEG (quality 1…100). */
export async function shrinkJpeg(jpeg: Buffer, maxSide: number, quality = 90): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(jpeg)
    .resize(maxSide, maxSide, { fit: "inside", withoutEnlargement: true })
    .jpeg({ quality, progressive: false })
    .toBuffer();
}
