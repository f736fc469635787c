import { readFile } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";

import type { Frame, PixelSpec } from "../../lib/frame/frame";
import { readPixelSpec } from "../../lib/frame/pixel-spec";
import { readFrames } from "../../lib/frame/read-frames";
import { fastest, type Row } from "./row";

const ROUNDS = 60;
/** What the LMM is shown, as `FrameOptions` has them by default. */
const SIDE = 1024;
const QUALITY = 90;

const SIZES = [
  { name: "1080p", width: 1920, height: 1080, goal: 1.15 },
  { name: "4K", width: 3840, height: 2160, goal: 1.1 },
] as const;

/** A camera's picture of that size. */
export async function createPicture(width: number, height: number): Promise<Buffer> {
  return sharp(path.resolve("examples/photos/palace.jpg"))
    .resize(width, height, { fit: "fill" })
    .jpeg({ quality: 88 })
    .toBuffer();
}

async function readStarterSpec(): Promise<PixelSpec> {
  const file = path.resolve("models/starter/preprocessor_config.json");
  return readPixelSpec(JSON.parse(await readFile(file, "utf8")));
}

/** A frame, its hash and what the scene gate compares, against the image library alone. */
export async function measureFrames(): Promise<Row[]> {
  const spec = await readStarterSpec();
  const rows: Row[] = [];
  for (const { name, width, height, goal } of SIZES) {
    const picture = await createPicture(width, height);
    let frame: Frame | undefined;
    const encodeBare = (optimiseCoding: boolean): Promise<Buffer> =>
      sharp(picture)
        .resize(SIDE, SIDE, { fit: "inside" })
        .jpeg({ quality: QUALITY, optimiseCoding })
        .toBuffer();
    const { ours, pixels, grid, bare, standard } = await fastest(
      {
        ours: async () => {
          [frame] = (await readFrames(picture)).frames;
        },
        pixels: () => frame?.pixels(spec),
        grid: () => frame?.sceneGrid(),
        // By default the library searches for the shortest Huffman codes; ours takes the standard's.
        bare: () => encodeBare(true),
        standard: () => encodeBare(false),
      },
      ROUNDS,
    );
    rows.push({
      measure: `${name} JPEG to the LMM's JPEG and its hash`,
      limit: "decode, resize and encode by sharp alone",
      value: ours / bare,
      unit: "times",
      goal,
      details: {
        "ours ms": ours,
        "bare ms": bare,
        "bare with standard Huffman codes ms": standard,
        "blocks of the scene gate ms": grid,
      },
    });
    rows.push({
      measure: `CLIP's pixels of the same ${name} frame`,
      limit: "the frame",
      value: pixels / ours,
      unit: "times",
      goal: 0.3,
      details: { "pixels ms": pixels, "frame ms": ours },
    });
  }
  return rows;
}
