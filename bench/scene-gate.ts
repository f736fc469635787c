import { readdirSync } from "node:fs";
import path from "node:path";

import sharp from "sharp";

import { readFrames } from "../lib/frame/read-frames";
import { isUnchanged } from "../lib/tlac/frame-gate";
import { measureChange } from "../lib/tlac/scene-change";
import { createRandom } from "../tools/fit-confidence/random";
import { percent, printFigure, printTitle, quantile } from "./print";

/** What a camera delivers. */
const WIDTH = 1024;
const HEIGHT = 768;
const SCENES = 20;
const STILL_FRAMES = 8;
/** Shares of the area that change. */
const AREAS = [0.005, 0.01, 0.02, 0.05];

interface Raw {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

type Random = () => number;

/** What is laid over a scene: its place is a random one. */
interface Defect {
  readonly name: string;
  /** Long side over short side. */
  readonly shape: number;
  /** The new value of a byte; `depth` 0…1 grows from the defect's edge to its middle. */
  readonly paint: (old: number, channel: number, depth: number) => number;
}

const DEFECTS: readonly Defect[] = [
  { name: "dark spot, 30 levels", shape: 1.4, paint: (old, _, depth) => old - 30 * depth },
  { name: "dark spot, 15 levels", shape: 1.4, paint: (old, _, depth) => old - 15 * depth },
  { name: "bright spot, 30 levels", shape: 1.4, paint: (old, _, depth) => old + 30 * depth },
  { name: "dark scratch, 40 levels", shape: 25, paint: (old, _, depth) => old - 40 * depth },
  {
    name: "another colour, as bright",
    shape: 1.4,
    paint: (old, channel, depth) => old + [36, -18, 0][channel]! * depth,
  },
];

/**
 * How well a scene that stands still is told from one that has changed: recordings of a camera
 * made from photos, with sensor noise, light that flickers as a whole and in bands, trembling and
 * changing JPEG quality in each frame; then the same with a defect in it.
 */
export async function measureSceneGate(folder: string): Promise<void> {
  const all = listPictures(folder);
  const step = Math.max(1, Math.floor(all.length / SCENES));
  const files = all.filter((_, at) => at % step === 0).slice(0, SCENES);
  const random = createRandom(11);
  const still: number[] = [];
  const found = new Map<string, { opened: number; all: number }>();
  let kept = 0;
  for (const file of files) {
    const scene = await readScene(file);
    const judged = await record(scene, random);
    for (let frame = 0; frame < STILL_FRAMES; frame++) {
      const change = measureChange(judged, await record(scene, random));
      still.push(change);
      if (isUnchanged(change)) kept += 1;
    }
    for (const defect of DEFECTS) {
      for (const area of AREAS) {
        const change = measureChange(
          judged,
          await record(damage(scene, defect, area, random), random),
        );
        const key = `${(100 * area).toFixed(1)} % of the area: ${defect.name}`;
        const tally = found.get(key) ?? { opened: 0, all: 0 };
        tally.all += 1;
        if (!isUnchanged(change)) tally.opened += 1;
        found.set(key, tally);
      }
    }
  }
  printTitle(`Scene gate: ${String(files.length)} recordings of still scenes`);
  printFigure("still frames that stay unchanged", percent(kept, still.length), {
    text: "≥ 95 %",
    met: kept >= 0.95 * still.length,
  });
  printFigure(
    "share of area that seems changed, 99th percentile",
    quantile(still, 0.99).toFixed(4),
  );
  for (const [key, { opened, all }] of found) {
    const bound = /^[25]\.0.*(?:30|40|bright)/.test(key);
    printFigure(
      `noticed: ${key}`,
      percent(opened, all),
      bound ? { text: "≥ 99 %", met: opened >= 0.99 * all } : undefined,
    );
  }
}

function listPictures(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

async function readScene(file: string): Promise<Raw> {
  // Exposed so that bright and dark parts are not clipped when the light changes.
  const { data } = await sharp(file)
    .resize(WIDTH, HEIGHT, { fit: "fill" })
    .removeAlpha()
    .toColourspace("srgb")
    .linear(0.8, 16)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: WIDTH, height: HEIGHT };
}

/** A soft-edged ellipse of that area. */
function damage({ data, width, height }: Raw, defect: Defect, area: number, random: Random): Raw {
  const copy = Buffer.from(data);
  // The edge takes a part of the area along: an ellipse of radii a and b covers πab.
  const product = (area * width * height) / Math.PI;
  const long = Math.min(Math.sqrt(product * defect.shape), 0.49 * height);
  const short = product / long;
  const [cx, cy] = [long + random() * (width - 2 * long), long + random() * (height - 2 * long)];
  const angle = random() * Math.PI;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let y = Math.max(0, Math.floor(cy - long)); y < Math.min(height, cy + long); y++) {
    for (let x = Math.max(0, Math.floor(cx - long)); x < Math.min(width, cx + long); x++) {
      const [dx, dy] = [x - cx, y - cy];
      const radius = Math.hypot((dx * cos + dy * sin) / long, (dy * cos - dx * sin) / short);
      if (radius >= 1) continue;
      const depth = Math.min(1, 4 * (1 - radius));
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * width + x) * 3 + channel;
        copy[at] = clamp(defect.paint(copy[at] ?? 0, channel, depth));
      }
    }
  }
  return { data: copy, width, height };
}

/** One frame of the scene as a camera sends it, and its blocks. */
async function record({ data, width, height }: Raw, random: Random): Promise<Uint8Array> {
  const gain = 1 + 0.2 * (random() - 0.5);
  const offset = 8 * (random() - 0.5);
  const noise = 2 + 6 * random();
  const band = 0.06 * random();
  const [phase, waves] = [2 * Math.PI * random(), 0.5 + 2 * random()];
  const [shiftX, shiftY] = [Math.round(2 * random() - 1), Math.round(2 * random() - 1)];
  const out = Buffer.alloc(data.length);
  let state = Math.floor(random() * 2 ** 32);
  for (let y = 0; y < height; y++) {
    const lit = gain * (1 + band * Math.sin(phase + (2 * Math.PI * waves * y) / height));
    const row = Math.min(height - 1, Math.max(0, y + shiftY)) * width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.min(width - 1, Math.max(0, x + shiftX))) * 3;
      const to = (y * width + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        // Two uniform numbers make a triangle with a deviation of 0.41.
        const jitter = ((state >>> 24) + ((state >>> 12) & 255) - 255) / 255 / 0.41;
        out[to + channel] = clamp(lit * (data[from + channel] ?? 0) + offset + noise * jitter);
      }
    }
  }
  const jpeg = await sharp(out, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 60 + Math.floor(35 * random()) })
    .toBuffer();
  const { frames } = await readFrames(jpeg);
  return frames[0]!.sceneGrid();
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
