import { GRID_BLOCKS, GRID_SIDE } from "../frame/scene-grid";
import { medianLevel, takeBrightness } from "./scene-blocks";

/** How far the light may change and still be light: a lamp that fails is a change of the scene. */
const MOST_GAIN = 1.35;
const MOST_OFFSET = 5;
/** By how much more one colour of it may change: beyond evening light, what it falls on changed. */
const MOST_TINT = 1.12;
/** The same for bands, which lamps on alternating current draw through a picture. */
const MOST_BAND = 1.2;

/** Bands hide how bright the whole is, and the other way round: each is found twice. */
const ROUNDS = 2;

/** Beyond these levels a sensor clips, and brighter or darker light shows no more. */
const DARKEST = 6;
const BRIGHTEST = 246;
/** Blocks between them that tell the light: every third is enough, in all columns. */
const STRIDE = 3;
const LEAST_EXPOSED = 32;

/** Level from which on a block shows bands, and how many such blocks tell them in a line. */
const LIT = 30;
const LEAST_LIT = 12;

/**
 * Bands are wider than this many lines each way; a line that is further than this from those
 * around it is a thing in the picture, such as a long scratch.
 */
const BAND_REACH = 4;
const MOST_STEP = 0.03;
/** Beside the picture's edge too few lines lie around to tell. */
const BORDER = 2;
/** A line beside a step of 7.5 % is further than this from the mean of those so near. */
const EDGE_REACH = 2;
const MOST_EDGE = 0.03;

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
  let lit = new Float32Array(GRID_BLOCKS).fill(1);
  let expected: Float32Array[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    expected = applyLight(
      pairs.map(({ old, seen }) => ({
        old: old.map((level, at) => level * (lit[at] as number)),
        seen,
      })),
    );
    const bands = findBands(takeBrightness(expected), now);
    lit = lit.map((gain, at) => gain * (bands[at] as number));
    expected = expected.map((levels) =>
      levels.map((level, at) => Math.min(255, level * (bands[at] as number))),
    );
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
    return pair.old.map((level) => Math.max(0, gain * level + offset));
  });
}

/** Of one value at least, in order; between two that are in the middle. */
function middleOf(sorted: readonly number[]): number {
  const below = sorted[(sorted.length - 1) >> 1] as number;
  return (below + (sorted[sorted.length >> 1] as number)) / 2;
}

/** The gain, within these, and the offset of one colour, where enough of it is exposed. */
function findLight({ old, seen }: ChannelPair, least: number, most: number): Light | undefined {
  const misses = new Float32Array(GRID_BLOCKS);
  const some = new Float32Array(GRID_BLOCKS);
  let mostMiss = Infinity;
  let light: Light | undefined;
  for (let round = 0; round < 3; round++) {
    light = fitLight(old, seen, least, most, (at) => (misses[at] as number) <= mostMiss);
    if (!light) return undefined;
    let count = 0;
    for (let at = 0; at < GRID_BLOCKS; at += STRIDE) {
      if (!isExposed(old[at] as number) || !isExposed(seen[at] as number)) continue;
      const miss = (seen[at] as number) - (light.gain * (old[at] as number) + light.offset);
      misses[at] = Math.abs(miss);
      some[count++] = misses[at] as number;
    }
    mostMiss = Math.max(2, 3 * medianLevel(some, count));
  }
  return light;
}

function isExposed(level: number): boolean {
  return level > DARKEST && level < BRIGHTEST;
}

/** By least squares over the exposed blocks that count, within what light does. */
function fitLight(
  old: Float32Array,
  seen: Float32Array,
  least: number,
  most: number,
  counts: (at: number) => boolean,
): Light | undefined {
  let [count, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (let at = 0; at < GRID_BLOCKS; at += STRIDE) {
    const a = old[at] as number;
    const b = seen[at] as number;
    if (!isExposed(a) || !isExposed(b) || !counts(at)) continue;
    count += 1;
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
  }
  // Hardly anything is exposed well enough to tell.
  if (count < LEAST_EXPOSED) return undefined;
  const spread = xx - (x * x) / count;
  // A picture of one colour does not tell a gain from an offset.
  const slope = spread > count ? (xy - (x * y) / count) / spread : y / Math.max(1, x);
  const gain = Math.min(most, Math.max(least, slope));
  const offset = Math.min(MOST_OFFSET, Math.max(-MOST_OFFSET, (y - gain * x) / count));
  return { gain, offset };
}

/**
 * By how much each block is brighter through bands, which are rows, or columns of a camera on its
 * side; across them the light may come from one side.
 */
function findBands(expected: Float32Array, seen: Float32Array): Float32Array {
  const rows = findLines(expected, seen, (line, at) => line * GRID_SIDE + at);
  const columns = findLines(expected, seen, (line, at) => at * GRID_SIDE + line);
  const byRows = spreadOf(rows) >= spreadOf(columns);
  const alongRows = byRows ? level(rows) : straighten(rows);
  const alongColumns = byRows ? straighten(columns) : level(columns);
  return Float32Array.from(
    { length: GRID_BLOCKS },
    (_, at) =>
      (alongRows[Math.floor(at / GRID_SIDE)] as number) * (alongColumns[at % GRID_SIDE] as number),
  );
}

/** The gain of each line that most of its blocks share. */
function findLines(
  expected: Float32Array,
  seen: Float32Array,
  blockAt: (line: number, at: number) => number,
): Float32Array {
  const gains = new Float32Array(GRID_SIDE).fill(NaN);
  const ratios = new Float32Array(GRID_SIDE);
  for (let line = 0; line < GRID_SIDE; line++) {
    let count = 0;
    for (let at = 0; at < GRID_SIDE; at++) {
      const level = expected[blockAt(line, at)] as number;
      const now = seen[blockAt(line, at)] as number;
      if (level > LIT && level < BRIGHTEST && now < BRIGHTEST) ratios[count++] = now / level;
    }
    if (count < LEAST_LIT) continue;
    const middle = ratios.subarray(0, count).sort()[count >> 1] as number;
    gains[line] = Math.min(MOST_BAND, Math.max(1 / MOST_BAND, middle));
  }
  // A line too dark or too bright to tell is lit like the one before it.
  let last = gains.find((gain) => !Number.isNaN(gain)) ?? 1;
  const smooth = dropThings(gains.map((gain) => (last = Number.isNaN(gain) ? last : gain)));
  return hasEdge(smooth) ? smooth.fill(1) : smooth;
}

/** A line that stands out from those around it is lit as they are. */
function dropThings(gains: Float32Array): Float32Array {
  return gains.map((gain, line) => {
    if (line < BORDER || line >= GRID_SIDE - BORDER) return gain;
    const around = gains.slice(Math.max(0, line - BAND_REACH), line + BAND_REACH + 1).sort();
    const middle = around[around.length >> 1] as number;
    return Math.abs(gain - middle) > MOST_STEP ? middle : gain;
  });
}

/**
 * Whether brightness steps from one line to the next: bands of light rise and fall over many lines
 * (two and a half waves of 16 % stay under a third of this), a stripe or a level has an edge.
 */
function hasEdge(gains: Float32Array): boolean {
  return gains.some((gain, line) => {
    if (line < EDGE_REACH || line >= GRID_SIDE - EDGE_REACH) return false;
    const around = gains.subarray(line - EDGE_REACH, line + EDGE_REACH + 1);
    return Math.abs(gain - meanOf(around)) > MOST_EDGE;
  });
}

/** Around 1: how bright the whole is belongs to the light, which has bounds of its own. */
function level(gains: Float32Array): Float32Array {
  const mean = meanOf(gains);
  return gains.map((gain) => gain / mean);
}

/** Only how the gain rises from one side to the other, 1 in the middle. */
function straighten(gains: Float32Array): Float32Array {
  const middle = (GRID_SIDE - 1) / 2;
  let [rise, squares] = [0, 0];
  for (let line = 0; line < GRID_SIDE; line++) {
    rise += (line - middle) * (gains[line] as number);
    squares += (line - middle) ** 2;
  }
  return gains.map((_, line) => 1 + (rise / squares) * (line - middle));
}

function spreadOf(values: Float32Array): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
