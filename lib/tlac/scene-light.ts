import { GRID_BLOCKS } from "../frame/scene-grid";
import { findBands } from "./scene-bands";
import { BRIGHTEST, densestOf, levelAt, takeBrightness } from "./scene-blocks";

/** How far the light may change and still be light: a lamp that fails is a change of the scene. */
const MOST_GAIN = 1.35;
const MOST_OFFSET = 5;
/** By how much more one colour of it may change: beyond evening light, what it falls on changed. */
const MOST_TINT = 1.12;
/** Bands hide how bright the whole is, and the other way round: each is found twice. */
const ROUNDS = 2;

/** Levels beyond which a sensor clips: there, darker light shows no more. */
const DARKEST = 6;
/** Blocks between them that tell the light: every third is enough, in all columns. */
const STRIDE = 3;
const LEAST_EXPOSED = 32;
/** Less than half of the blocks tell the light, so that what has changed may be half of a picture. */
const STILL_SHARE = 0.4;
/** What misses the light by so many times as much as the best of the blocks is no light. */
const MOST_MISSES = 4;
const LEAST_MISS = 2;
const REFITS = 2;
/** By how much a light of one part must be nearer than one of all, for which more speaks. */
const TIMES_NEARER = 1.5;
const LEVEL_NEARER = 1;

/** One colour of each block, before and now. */
export interface ChannelPair {
  readonly old: Float32Array;
  readonly seen: Float32Array;
}

interface Light {
  readonly gain: number;
  readonly offset: number;
}

/** Adds what the old blocks would be in the light of now. */
export function followLight(
  pairs: readonly ChannelPair[],
): (ChannelPair & { readonly expected: Float32Array })[] {
  const now = takeBrightness(pairs.map(({ seen }) => seen));
  let lit: Float32Array = new Float32Array(GRID_BLOCKS).fill(1);
  let expected: Float32Array[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    expected = applyLight(
      pairs.map(({ old, seen }) => ({
        old: multiply(old, lit),
        seen,
      })),
    );
    const bands = findBands(takeBrightness(expected), now);
    lit = multiply(lit, bands);
    expected = expected.map((levels) => multiply(levels, bands));
  }
  return pairs.map((pair, channel) => ({ ...pair, expected: expected[channel] as Float32Array }));
}

/** What most blocks share; the colours of light change less than its brightness does. */
function applyLight(pairs: readonly ChannelPair[]): Float32Array[] {
  const lights = pairs.map((pair) => findLight(pair, 1 / MOST_GAIN, MOST_GAIN));
  const gains = lights.flatMap((light) => (light ? [light.gain] : [])).sort((a, b) => a - b);
  const common = gains.length > 0 ? middleOf(gains) : 1;
  const [least, most] = [common / MOST_TINT, common * MOST_TINT];
  return pairs.map((pair, channel) => {
    let light = lights[channel];
    if (light && (light.gain < least || light.gain > most)) light = findLight(pair, least, most);
    // A colour that is too dark or too bright to tell is lit like the others.
    const { gain, offset } = light ?? { gain: common, offset: 0 };
    return lightUp(pair.old, gain, offset);
  });
}

/** Block by block. A loop: `map` calls back for each, which takes most of its time here. */
function multiply(values: Float32Array, gains: Float32Array): Float32Array {
  const products = new Float32Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) {
    products[at] = Math.min(255, (values[at] as number) * (gains[at] as number));
  }
  return products;
}

function lightUp(levels: Float32Array, gain: number, offset: number): Float32Array {
  const lit = new Float32Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) {
    lit[at] = Math.max(0, gain * (levels[at] as number) + offset);
  }
  return lit;
}

/** Of one value at least, in order; between two that are in the middle. */
function middleOf(sorted: readonly number[]): number {
  const below = sorted[(sorted.length - 1) >> 1] as number;
  return (below + (sorted[sorted.length >> 1] as number)) / 2;
}

/** The gain, within these, and the offset of one colour, where enough of it is exposed. */
function findLight(pair: ChannelPair, least: number, most: number): Light | undefined {
  const exposed = takeExposed(pair);
  const { length } = exposed.old;
  // Hardly anything is exposed well enough to tell.
  if (length < LEAST_EXPOSED) return undefined;
  const misses = new Float32Array(length);
  let light = startLight(exposed, least, most, misses);
  for (let refit = 0; refit < REFITS; refit++) {
    const limit = Math.max(LEAST_MISS, MOST_MISSES * missBy(light, exposed, misses));
    light = fitLight(exposed, least, most, (at) => (misses[at] as number) <= limit) ?? light;
  }
  return light;
}

function takeExposed(pair: ChannelPair): ChannelPair {
  const old = new Float32Array(GRID_BLOCKS);
  const seen = new Float32Array(GRID_BLOCKS);
  let count = 0;
  for (let at = 0; at < GRID_BLOCKS; at += STRIDE) {
    const before = pair.old[at] as number;
    const now = pair.seen[at] as number;
    if (!isExposed(before) || !isExposed(now)) continue;
    old[count] = before;
    seen[count] = now;
    count += 1;
  }
  return { old: old.subarray(0, count), seen: seen.subarray(0, count) };
}

function isExposed(level: number): boolean {
  return level > DARKEST && level < BRIGHTEST;
}

/**
 * What all blocks share; or, where half of them have changed and drag that along, the gain that the
 * most blocks have in common.
 */
function startLight(
  exposed: ChannelPair,
  least: number,
  most: number,
  misses: Float32Array,
): Light {
  const shared = fitLight(exposed, least, most, () => true);
  const miss = shared ? missBy(shared, exposed, misses) : Infinity;
  if (shared && miss <= LEVEL_NEARER) return shared;
  const ratios = exposed.seen.map((level, at) => level / (exposed.old[at] as number));
  const dense: Light = { gain: clamp(densestOf(ratios, STILL_SHARE), least, most), offset: 0 };
  const isNearer = TIMES_NEARER * missBy(dense, exposed, misses) < miss - LEVEL_NEARER;
  return shared && !isNearer ? shared : dense;
}

/** By how much the best `STILL_SHARE` of the blocks miss a light at most; writes each miss. */
function missBy(light: Light, { old, seen }: ChannelPair, misses: Float32Array): number {
  for (let at = 0; at < misses.length; at++) {
    misses[at] = Math.abs((seen[at] as number) - (light.gain * (old[at] as number) + light.offset));
  }
  return levelAt(misses, STILL_SHARE);
}

/** By least squares over the blocks that count, if there are enough, within what light does. */
function fitLight(
  { old, seen }: ChannelPair,
  least: number,
  most: number,
  counts: (at: number) => boolean,
): Light | undefined {
  let [count, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (let at = 0; at < old.length; at++) {
    if (!counts(at)) continue;
    const a = old[at] as number;
    const b = seen[at] as number;
    count += 1;
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
  }
  if (count < LEAST_EXPOSED) return undefined;
  const spread = xx - (x * x) / count;
  // A picture of one colour does not tell a gain from an offset.
  const slope = spread > count ? (xy - (x * y) / count) / spread : y / Math.max(1, x);
  const free = clamp(slope, least, most);
  const offset = clamp((y - free * x) / count, -MOST_OFFSET, MOST_OFFSET);
  // Where either is at its bound, as where noise hides the slope, this is the best for the other.
  return { gain: clamp((xy - offset * x) / xx, least, most), offset };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
