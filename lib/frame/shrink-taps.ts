import { remember } from "../basics/remember";
import { FILTERS, type SmoothKernel } from "./filters";
import { AT_ONCE, WEIGHT_BITS } from "./shrink-kernel";

/** Which old pixels of a line, and how much of each, make each pixel of a shorter one. */
export interface ShrinkTaps {
  /** For each new pixel the first old one; from it on `count` lie inside the line. */
  readonly first: Int32Array;
  /** [new pixels × count], in parts of 2 to the power of `WEIGHT_BITS`. */
  readonly weights: Int16Array;
  readonly count: number;
}

/** Places between two old pixels that are told apart. */
const STEPS = 64;
/** libvips adds places up and begins anew so often, in rows: where two steps are equally near, it shows. */
const ROWS_OF_A_STRIP = 16;
/** From this factor on libvips first takes the mean of whole blocks. */
const BLOCKS_FROM = 4;

/** A camera's pictures are of one size. */
const tapsOf = remember((key: string) => createTaps(JSON.parse(key) as TapsKey), 64);

interface TapsKey {
  readonly length: number;
  readonly newLength: number;
  readonly kernel: SmoothKernel;
  /** Places are added up over so many. */
  readonly run: number;
}

/**
 * The weights by which libvips (`vips_resize`) shrinks the rows of a picture, bit for bit. Null where
 * it does so in another way, or the line is too short for them.
 */
export function tapsOfRows(
  length: number,
  newLength: number,
  kernel: SmoothKernel,
): ShrinkTaps | null {
  const key: TapsKey = { length, newLength, kernel, run: ROWS_OF_A_STRIP };
  return find(key);
}

/** The same of its columns. */
export function tapsOfColumns(
  length: number,
  newLength: number,
  kernel: SmoothKernel,
): ShrinkTaps | null {
  return find({ length, newLength, kernel, run: newLength });
}

function find(key: TapsKey): ShrinkTaps | null {
  const { length, newLength, kernel } = key;
  if (length >= newLength * BLOCKS_FROM) return null;
  if (length < roundUp(countPoints(length / newLength, kernel))) return null;
  return tapsOf(JSON.stringify(key));
}

function createTaps({ length, newLength, kernel, run }: TapsKey): ShrinkTaps {
  // As libvips comes to it: by way of the scale.
  const factor = 1 / (1 / (length / newLength));
  const points = length === newLength ? 1 : countPoints(factor, kernel);
  const steps = createSteps(factor, points, kernel);
  const count = roundUp(points);
  const first = new Int32Array(newLength);
  const weights = new Int16Array(newLength * count);
  // Where the new line is longer than the old one by a part of a pixel, that is shared out.
  const shift = (1 + (newLength * factor - length)) / 2 - 1;
  let place = 0;
  for (let pixel = 0; pixel < newLength; pixel++) {
    place = pixel % run === 0 ? (pixel + 0.5) * factor - 0.5 - shift : place + factor;
    const step = steps[((Math.trunc(place * STEPS * 2) % (STEPS * 2)) + 1) >> 1] ?? [];
    const start = Math.trunc(place) - Math.ceil(points / 2) + 1;
    const from = Math.max(0, Math.min(start, length - count));
    first[pixel] = from;
    for (const [point, weight] of step.entries()) {
      // Beyond its ends a line goes on as its last pixel.
      const at = pixel * count + Math.max(0, Math.min(start + point, length - 1)) - from;
      weights[at] = (weights[at] ?? 0) + weight;
    }
  }
  return { first, weights, count };
}

/** The weights for each place between two old pixels, both ends included. */
function createSteps(factor: number, points: number, kernel: SmoothKernel): number[][] {
  const { weigh } = FILTERS[kernel];
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const centre = step / STEPS + points / 2 - 1;
    const shares = Array.from({ length: points }, (__, at) => weigh((at - centre) / factor));
    const sum = shares.reduce((total, share) => total + share, 0);
    return shares.map((share) => Math.trunc((share / sum) * 2 ** WEIGHT_BITS));
  });
}

function countPoints(factor: number, kernel: SmoothKernel): number {
  return 2 * roundToEven(FILTERS[kernel].support * factor) + 1;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function roundUp(count: number): number {
  return Math.ceil(count / AT_ONCE) * AT_ONCE;
}
