import { createHash } from "node:crypto";

import { computePixels } from "./compute-pixels";
import type { BoundedImage } from "./bounded-image";
import type { Frame } from "./frame";
import { loadSharp } from "./load-sharp";
import { computePerceptualHash } from "./perceptual-hash";

/** A Frame over bounded pixels, which it keeps for `pixels`. `jpegQuality`: 1…100. */
export async function createFrame(image: BoundedImage, jpegQuality: number): Promise<Frame> {
  const [jpeg, perceptualHash] = await Promise.all([
    encodeJpeg(image, jpegQuality),
    computePerceptualHash(image),
  ]);
  const { width, height, data, scaled } = image;
  return {
    width,
    height,
    jpeg,
    hash: createHash("sha256").update(`${width}x${height}:`).update(data).digest("hex"),
    perceptualHash,
    ...(scaled ? { scaled } : {}),
    pixels: (spec) => computePixels(image, spec),
  };
}

async function encodeJpeg({ data, width, height }: BoundedImage, quality: number): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .jpeg({ quality, progressive: false })
    .toBuffer();
}
