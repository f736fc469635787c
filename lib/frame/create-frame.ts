import { createHash } from "node:crypto";

import { computePixels } from "./compute-pixels";
import type { BoundedImage } from "./bounded-image";
import type { Frame } from "./frame";
import { loadSharp, type Sharp } from "./load-sharp";
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
  const { width, height, data, scaled } = image;
  const encoding = encodeJpeg(await loadSharp(), image, jpegQuality);
  // Computed here while other threads write the JPEG.
  const hash = createHash("sha256").update(`${width}x${height}:`).update(data).digest("hex");
  const jpeg = await encoding;
  let kept: BoundedImage | undefined = image;
  let grid: Promise<SceneGrid> | undefined;
  return {
    width,
    height,
    jpeg,
    hash,
    ...(scaled ? { scaled } : {}),
    pixels: async (spec) => computePixels(kept ?? (await decode()), spec),
    sceneGrid: () => (grid ??= (kept ? Promise.resolve(kept) : decode()).then(computeSceneGrid)),
    rest: () => {
      kept = undefined;
    },
  };
}

function encodeJpeg(
  sharp: Sharp,
  { data, width, height }: BoundedImage,
  quality: number,
): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .jpeg({ quality, progressive: false })
    .toBuffer();
}
