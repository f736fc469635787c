import type { BoundedImage } from "./bounded-image";
import { loadSharp } from "./load-sharp";

/** Blocks a side, whatever the picture's shape: each is the same part of its area. */
export const GRID_SIDE = 64;
export const GRID_BLOCKS = GRID_SIDE * GRID_SIDE;

/** Mean red, green and blue (0…255) of each of 64 × 64 blocks, one block after another. */
export type SceneGrid = Uint8Array;

/** Fine enough for a small defect, coarse enough for noise and JPEG to average out. */
export async function computeSceneGrid(image: BoundedImage): Promise<SceneGrid> {
  const sharp = await loadSharp();
  const { data, width, height } = image;
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ width: GRID_SIDE, height: GRID_SIDE, fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer();
}
