import { createHash } from "node:crypto";

import { computePixels } from "./compute-pixels";
import type { BoundedImage } from "./bounded-image";
import type { Frame } from "./frame";
import { loadSharp, type Sharp } from "./load-sharp";
import { Pause } from "./pause";
import { computeSceneGrid, type SceneGrid } from "./scene-grid";
import { shrinkJpeg } from "./shrink-jpeg";

/** Bytes that are hashed in a third of a millisecond. */
const HASH_SLICE = 1 << 19;

/**
 * A Frame over bounded pixels, which it keeps for `pixels` until it rests; `decode` makes them
 * anew in a turn of its own. `jpegQuality`: 1…100.
 */
export async function createFrame(
  image: BoundedImage,
  jpegQuality: number,
  decode: () => Promise<BoundedImage>,
): Promise<Frame> {
  const { width, height, scaled } = image;
  const sharp = await loadSharp();
  const [jpeg, hash] = await Promise.all([
    encodeJpeg(sharp, image, jpegQuality),
    hashPixels(image),
  ]);
  let kept: BoundedImage | undefined = image;
  let grid: Promise<SceneGrid> | undefined;
  return {
    width,
    height,
    jpeg,
    hash,
    ...(scaled ? { scaled } : {}),
    jpegOf: async (maxSide) => {
      if (Math.max(width, height) <= maxSide) return jpeg;
      if (!kept) return shrinkJpeg(jpeg, maxSide, jpegQuality);
      return encodeJpeg(sharp, kept, jpegQuality, maxSide);
    },
    pixels: async (spec) => computePixels(kept ?? (await decode()), spec),
    sceneGrid: () => (grid ??= (kept ? Promise.resolve(kept) : decode()).then(computeSceneGrid)),
    rest: () => {
      kept = undefined;
    },
  };
}

/**
 * With the Huffman codes of the standard (T.81, annex K): to search for the shortest ones takes
 * longer than all the rest of encoding and saves 2 % of a camera's picture.
 */
function encodeJpeg(
  sharp: Sharp,
  { data, width, height }: BoundedImage,
  quality: number,
  maxSide?: number,
): Promise<Buffer> {
  const pixels = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  return (maxSide ? pixels.resize(maxSide, maxSide, { fit: "inside" }) : pixels)
    .jpeg({ quality, progressive: false, optimiseCoding: false })
    .toBuffer();
}

/** In slices between which everything else has its turn, while other threads write the JPEG. */
async function hashPixels({ data, width, height }: BoundedImage): Promise<string> {
  const hash = createHash("sha256").update(`${width}x${height}:`);
  const pause = new Pause();
  for (let start = 0; start < data.length; start += HASH_SLICE) {
    if (start > 0) await pause.rest();
    hash.update(data.subarray(start, start + HASH_SLICE));
  }
  return hash.digest("hex");
}
