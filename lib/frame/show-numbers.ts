import type { Scaled } from "./bounded-image";
import type { Samples } from "./image-source";
import type { Pause } from "./pause";

/** Percentiles of the numbers that become black and white: single hot or dead pixels do not count. */
const LOW = 0.005;
const HIGH = 0.995;

/**
 * Numbers that span no more than this of 16 bits are not the brightness of a photograph but fill
 * 14, 12 or 10 bits of the 16, or are temperatures or distances.
 */
const NARROW = 16_384;

/** A window of at least so many numbers, so that the noise of an even picture stays noise. */
const MIN_WINDOW = 64;

/** How many numbers tell the range of all. */
const SAMPLE = 100_000;

/** Numbers so large stand for "no value" in scientific files. */
const NO_VALUE = 1e30;

/** So many different numbers at least between the lowest and the highest, to call these "no value". */
const MIN_STEPS = 16;

/** What a 16-bit number stands for: `offset + step × number`. */
export interface Units {
  readonly offset: number;
  readonly step: number;
}

/** Brings numbers of any range to 16 bits; what is no number becomes the lowest. */
export async function quantise(
  data: Samples,
  pause: Pause,
): Promise<{ data: Uint16Array; units: Units }> {
  const stride = strideFor(data.length);
  const values: number[] = [];
  for (let at = 0; at < data.length; at += stride) {
    const value = data[at] ?? NaN;
    if (Math.abs(value) < NO_VALUE) values.push(value);
  }
  const { low, high } = findRange(Float64Array.from(values).sort());
  const step = (high - low) / 65_535 || 1;
  const numbers = new Uint16Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const number = Math.round(((data[at] ?? NaN) - low) / step);
    numbers[at] = number > 0 ? Math.min(number, 65_535) : 0;
    if (pause.isDue(1)) await pause.rest();
  }
  return { data: numbers, units: { offset: low, step } };
}

/** The percentiles of sorted numbers, a number that stands for "no value" left out. */
function findRange(sorted: Float64Array): { low: number; high: number } {
  const whole = percentilesOf(sorted);
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const inner = sorted.filter((value) => value > least && value < most);
  const range = percentilesOf(inner);
  const span = range.high - range.low;
  // Few steps are a drawing or a mask, whose outermost numbers count.
  if (new Set(inner).size < MIN_STEPS) return whole;
  const isLow = (inner[0] ?? 0) - least > span;
  const isHigh = most - (inner.at(-1) ?? 0) > span;
  return { low: isLow ? range.low : whole.low, high: isHigh ? range.high : whole.high };
}

function percentilesOf(sorted: Float64Array): { low: number; high: number } {
  const low = sorted[Math.floor(LOW * sorted.length)] ?? 0;
  return { low, high: sorted[Math.ceil(HIGH * sorted.length) - 1] ?? low };
}

/** A 16-bit picture as numbers: RGB, or RGBA where `channels` is 4. */
export interface DeepImage {
  readonly data: Uint16Array;
  readonly channels: number;
  /** Absent: 0 is black and 65,535 white, as in a photograph. */
  readonly units: Units | undefined;
}

/** Bytes to look at, opaque on white: as they are for a photograph, else scaled by percentiles. */
export async function showNumbers(
  { data, channels, units }: DeepImage,
  pause: Pause,
): Promise<{ data: Buffer; scaled?: Scaled }> {
  const window = findWindow(data, channels, units !== undefined);
  const { low, high } = window ?? { low: 0, high: 65_535 };
  const pixels = data.length / channels;
  const bytes = Buffer.alloc(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const alpha = channels === 4 ? (data[4 * pixel + 3] ?? 0) / 65_535 : 1;
    for (let channel = 0; channel < 3; channel++) {
      const shown = (255 * ((data[channels * pixel + channel] ?? 0) - low)) / (high - low);
      const opaque = Math.min(Math.max(shown, 0), 255) * alpha + 255 * (1 - alpha);
      bytes[3 * pixel + channel] = Math.round(opaque);
    }
    if (pause.isDue(3)) await pause.rest();
  }
  if (!window) return { data: bytes };
  const { offset, step } = units ?? { offset: 0, step: 1 };
  return {
    data: bytes,
    scaled: { low: tidy(offset + step * low), high: tidy(offset + step * high) },
  };
}

/** The numbers that become black and white; null: the picture can be shown as it is. */
function findWindow(
  data: Uint16Array,
  channels: number,
  always: boolean,
): { low: number; high: number } | null {
  const { low, high } = findRange(sampleColours(data, channels));
  const span = high - low;
  if (!always && (span > NARROW || (span === 0 && high > NARROW))) return null;
  const missing = Math.max(MIN_WINDOW - span, 0) / 2;
  return { low: low - missing, high: high + missing };
}

/** Steps between samples; odd, so that they do not keep to a few columns of the picture. */
function strideFor(count: number): number {
  return Math.floor(count / SAMPLE) | 1;
}

/** Sorted numbers of the colours of pixels that are to be seen. */
function sampleColours(data: Uint16Array, channels: number): Float64Array {
  const pixels = data.length / channels;
  const stride = channels * strideFor(3 * pixels);
  const values: number[] = [];
  for (let at = 0; at < data.length; at += stride) {
    if (channels === 4 && data[at + 3] === 0) continue;
    for (let channel = 0; channel < 3; channel++) values.push(data[at + channel] ?? 0);
  }
  return Float64Array.from(values).sort();
}

/** Six digits are more than a camera means. */
function tidy(value: number): number {
  return Number(value.toPrecision(6));
}
