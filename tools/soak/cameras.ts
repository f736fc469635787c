import { readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import sharp from "sharp";

import { CAMERAS, frameTopic } from "./plant-flow";

export interface CameraOptions {
  readonly photos: readonly string[];
  readonly dice: () => number;
  readonly publish: (topic: string, jpeg: Buffer) => Promise<void>;
  /** Ends the filming. */
  readonly signal: AbortSignal;
}

/** Milliseconds between two frames of a camera. */
const PERIOD_MS = { least: 150, most: 900 };
/** Longest side of a frame in pixels. */
const FRAME_SIZE = 480;
/** How often a scene changes from one frame to the next: things stay for a while. */
const CHANGE_RATE = 0.15;
/** How often a camera sends something that is no picture. */
const BROKEN_RATE = 0.02;

/** Photos of a folder. Throws where it has none. */
export function listPhotos(folder: string): string[] {
  const photos = readdirSync(folder).filter((file) => file.endsWith(".jpg"));
  if (photos.length === 0) throw new Error(`Expected JPEG photos in ${folder}, found none.`);
  return photos.sort().map((file) => path.join(folder, file));
}

/** Publishes frames of all cameras until told to stop; resolves with the ids in their order. */
export async function film(options: CameraOptions): Promise<string[]> {
  const ids: string[] = [];
  await Promise.all(CAMERAS.map(({ name }) => filmOne(name, ids, options)));
  return ids;
}

async function filmOne(
  camera: string,
  ids: string[],
  { photos, dice, publish, signal }: CameraOptions,
): Promise<void> {
  const draw = (): string => photos[Math.floor(dice() * photos.length)] ?? "";
  let photo = draw();
  for (let frame = 1; ; frame += 1) {
    const { least, most } = PERIOD_MS;
    try {
      await sleep(least + dice() * (most - least), undefined, { signal });
    } catch {
      return;
    }
    const id = `${camera}-${frame}`;
    if (dice() < CHANGE_RATE) photo = draw();
    const broken = dice() < BROKEN_RATE;
    const jpeg = await shoot(photo, 0.7 + 0.6 * dice());
    ids.push(id);
    await publish(frameTopic(camera, id), broken ? jpeg.subarray(0, 100) : jpeg);
  }
}

/** No two frames are alike, as no two of a real camera are. */
function shoot(photo: string, brightness: number): Promise<Buffer> {
  return sharp(photo)
    .resize(FRAME_SIZE, FRAME_SIZE, { fit: "inside", withoutEnlargement: true })
    .modulate({ brightness })
    .jpeg()
    .toBuffer();
}
