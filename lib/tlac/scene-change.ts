import { GRID_BLOCKS, GRID_SIDE, type SceneGrid } from "../frame/scene-grid";

const CHANNELS = 3;

/** How far the light may change and still be light: a lamp that fails is a change of the scene. */
const MOST_GAIN = 1.35;
const MOST_OFFSET = 12;
/** The same for bands, which lamps on alternating current draw through a picture. */
const MOST_BAND = 1.2;

/**
 * Levels of 255 by which a block may differ: what JPEG leaves, at most four deviations of the
 * picture's own noise, and a part of what its neighbours differ by, for a camera that trembles.
 */
const LEAST_DIFFERENCE = 4;
const MOST_DIFFERENCE = 12;
const NOISE_DEVIATIONS = 4;
const SHARE_OF_CONTRAST = 0.3;
/** A median of absolute differences times this is the deviation of normal noise. */
const MEDIAN_TO_DEVIATION = 1.4826;

/** Beyond these levels a sensor clips, and brighter or darker light shows no more. */
const DARKEST = 6;
const BRIGHTEST = 246;
/** From here on a part of a block may be clipped. */
const CLIPPING = 236;
/** Blocks between them that tell the light. */
const LEAST_EXPOSED = 64;

/** Level from which on a block shows bands, and how many such blocks tell them in a line. */
const LIT = 30;
const LEAST_LIT = 12;

/** Blocks beside a changed one that must have changed too: noise changes single ones. */
const LEAST_NEIGHBOURS = 2;

/**
 * The share 0…1 of a picture's area that shows something else than before. Noise, compression, and
 * light that gets brighter or darker, as a whole or in bands, are no change.
 */
export function measureChange(before: SceneGrid, now: SceneGrid): number {
  const channels = Array.from({ length: CHANNELS }, (_, channel) => {
    const old = takeChannel(before, channel);
    const seen = takeChannel(now, channel);
    return { old, seen, expected: applyLight(old, seen) };
  });
  const gains = findBands(
    brightness(channels.map(({ expected }) => expected)),
    brightness(channels.map(({ seen }) => seen)),
  );
  const changed = new Uint8Array(GRID_BLOCKS);
  for (const { old, seen, expected } of channels) {
    for (let at = 0; at < GRID_BLOCKS; at++) {
      expected[at] = Math.min(255, (expected[at] as number) * (gains[at] as number));
    }
    markChanges(old, expected, seen, changed);
  }
  let count = 0;
  for (let at = 0; at < GRID_BLOCKS; at++) {
    if (changed[at] && countNeighbours(changed, at) >= LEAST_NEIGHBOURS) count += 1;
  }
  return count / GRID_BLOCKS;
}

function takeChannel(grid: SceneGrid, channel: number): Float32Array {
  const values = new Float32Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) values[at] = grid[at * CHANNELS + channel] as number;
  return values;
}

function brightness(channels: readonly Float32Array[]): Float32Array {
  const sums = new Float32Array(GRID_BLOCKS);
  for (const channel of channels) {
    for (let at = 0; at < GRID_BLOCKS; at++) {
      sums[at] = (sums[at] as number) + (channel[at] as number) / CHANNELS;
    }
  }
  return sums;
}

/** Marks the blocks that differ by more than noise, compression and trembling explain. */
function markChanges(
  old: Float32Array,
  expected: Float32Array,
  seen: Float32Array,
  changed: Uint8Array,
): void {
  const differences = new Float32Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) {
    differences[at] = Math.abs((seen[at] as number) - (expected[at] as number));
  }
  // Half of all blocks at least are still: what differs by more than they do is no noise.
  const noise = MEDIAN_TO_DEVIATION * medianLevel(differences, GRID_BLOCKS);
  const least = Math.min(MOST_DIFFERENCE, Math.max(LEAST_DIFFERENCE, NOISE_DEVIATIONS * noise));
  for (let at = 0; at < GRID_BLOCKS; at++) {
    const difference = differences[at] as number;
    if (difference <= least) continue;
    if (isClipped(old[at] as number, expected[at] as number, seen[at] as number)) continue;
    if (difference > least + SHARE_OF_CONTRAST * contrastAt(expected, at)) changed[at] = 1;
  }
}

/** What was, or would be, too bright for the sensor may be brighter than it shows. */
function isClipped(old: number, expected: number, seen: number): boolean {
  if (old > CLIPPING && seen > expected) return true;
  return expected > CLIPPING && seen > CLIPPING;
}

/** What the old blocks would be in the new light: a gain and an offset that most blocks share. */
function applyLight(old: Float32Array, seen: Float32Array): Float32Array {
  const exposed = new Uint8Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) {
    if (isExposed(old[at] as number) && isExposed(seen[at] as number)) exposed[at] = 1;
  }
  const misses = new Float32Array(GRID_BLOCKS);
  const some = new Float32Array(GRID_BLOCKS);
  let most = Infinity;
  let light = { gain: 1, offset: 0 };
  for (let round = 0; round < 3; round++) {
    light = fitLight(old, seen, (at) => exposed[at] === 1 && (misses[at] as number) <= most);
    let count = 0;
    for (let at = 0; at < GRID_BLOCKS; at++) {
      const miss = (seen[at] as number) - (light.gain * (old[at] as number) + light.offset);
      misses[at] = Math.abs(miss);
      if (exposed[at]) some[count++] = misses[at] as number;
    }
    most = Math.max(2, 3 * medianLevel(some, count));
  }
  const { gain, offset } = light;
  return old.map((value) => Math.min(255, Math.max(0, gain * value + offset)));
}

function isExposed(level: number): boolean {
  return level > DARKEST && level < BRIGHTEST;
}

/** By least squares, within what light does. */
function fitLight(
  old: Float32Array,
  seen: Float32Array,
  counts: (at: number) => boolean,
): { gain: number; offset: number } {
  let [count, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (let at = 0; at < GRID_BLOCKS; at++) {
    if (!counts(at)) continue;
    const a = old[at] as number;
    const b = seen[at] as number;
    count += 1;
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
  }
  // Hardly anything is exposed well enough to tell.
  if (count < LEAST_EXPOSED) return { gain: 1, offset: 0 };
  const spread = xx - (x * x) / count;
  // A picture of one colour does not tell a gain from an offset.
  const slope = spread > count ? (xy - (x * y) / count) / spread : y / Math.max(1, x);
  const gain = Math.min(MOST_GAIN, Math.max(1 / MOST_GAIN, slope));
  const offset = Math.min(MOST_OFFSET, Math.max(-MOST_OFFSET, (y - gain * x) / count));
  return { gain, offset };
}

/**
 * By how much each block is brighter through bands: rows, or columns of a camera on its side, that
 * are brighter as a whole.
 */
function findBands(expected: Float32Array, seen: Float32Array): Float32Array {
  const rows = findLines(expected, seen, (line, at) => line * GRID_SIDE + at);
  const columns = findLines(expected, seen, (line, at) => at * GRID_SIDE + line);
  const byRows = spreadOf(rows) >= spreadOf(columns);
  const gains = new Float32Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) {
    gains[at] = (byRows ? rows[Math.floor(at / GRID_SIDE)] : columns[at % GRID_SIDE]) as number;
  }
  return gains;
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
  return gains.map((gain) => (last = Number.isNaN(gain) ? last : gain));
}

function spreadOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** By how much the neighbour that differs most differs. */
function contrastAt(values: Float32Array, at: number): number {
  let most = 0;
  forNeighbours(at, (other) => {
    most = Math.max(most, Math.abs((values[at] as number) - (values[other] as number)));
  });
  return most;
}

function countNeighbours(changed: Uint8Array, at: number): number {
  let count = 0;
  forNeighbours(at, (other) => {
    count += changed[other] as number;
  });
  return count;
}

/** The eight blocks around one, as far as the picture goes. */
function forNeighbours(at: number, visit: (other: number) => void): void {
  const row = Math.floor(at / GRID_SIDE);
  const column = at % GRID_SIDE;
  for (let y = Math.max(0, row - 1); y <= Math.min(GRID_SIDE - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(GRID_SIDE - 1, column + 1); x++) {
      const other = y * GRID_SIDE + x;
      if (other !== at) visit(other);
    }
  }
}

/** Steps of a level: finer than anything that hangs on a median here. */
const STEPS = 8;

/** Median of levels 0…255, by counting: sorting thousands would take its milliseconds. */
function medianLevel(levels: Float32Array, count: number): number {
  const counts = new Uint16Array(256 * STEPS);
  for (let at = 0; at < count; at++) {
    const step = Math.min(counts.length - 1, Math.round((levels[at] as number) * STEPS));
    counts[step] = (counts[step] as number) + 1;
  }
  let left = count >> 1;
  for (let step = 0; step < counts.length; step++) {
    const own = counts[step] as number;
    if (left < own) return step / STEPS;
    left -= own;
  }
  return 0;
}
