import { createHash } from "node:crypto";

import { computePixels } from "./compute-pixels";
import type { BoundedImage } from "./bounded-image";
import type { Frame } from "./frame";
import { loadSharp } from "./load-sharp";
import { computeSceneGrid, type SceneGrid } from "./scene-grid";

/**
 * A Frame over bounded pixels, which it keeps for `pixels` until it rests; `decode` makes them
 * anew. `jpegQuality`: 1…100.
 */
export async function createFrame(
  image: BoundedImage,
  jpegQuality: number,
  decode: () => Promise<BoundedImage>,
): Promise<Frame> {
  const jpeg = await encodeJpeg(image, jpegQuality);
  const { width, height, data, scaled } = image;
  let kept: BoundedImage | undefined = image;
  let grid: Promise<SceneGrid> | undefined;
  return {
    width,
    height,
    jpeg,
    hash: createHash("sha256").update(`${width}x${height}:`).update(data).digest("hex"),
    ...(scaled ? { scaled } : {}),
    pixels: async (spec) => computePixels(kept ?? (await decode()), spec),
    sceneGrid: () => (grid ??= (kept ? Promise.resolve(kept) : decode()).then(computeSceneGrid)),
    rest: () => {
      kept = undefined;
    },
  };
}

async function encodeJpeg({ data, width, height }: BoundedImage, quality: number): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .jpeg({ quality, progressive: false })
    .toBuffer();
}
