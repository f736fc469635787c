import { GRID_BLOCKS, GRID_SIDE, type SceneGrid } from "../frame/scene-grid";

/** Red, green and blue. */
export const CHANNELS = 3;

/** Level from which on a sensor clips, and brighter light shows no more. */
export const BRIGHTEST = 246;
/** From here on a part of a block may be clipped. */
export const CLIPPING = 236;

/** One colour of each block. */
export function takeChannel(grid: SceneGrid, channel: number): Float32Array {
  const values = new Float32Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) values[at] = grid[at * CHANNELS + channel] as number;
  return values;
}

/** The mean of the colours of each block. */
export function takeBrightness(channels: readonly Float32Array[]): Float32Array {
  const sums = new Float32Array(GRID_BLOCKS);
  for (const channel of channels) {
    for (let at = 0; at < GRID_BLOCKS; at++) {
      sums[at] = (sums[at] as number) + (channel[at] as number) / channels.length;
    }
  }
  return sums;
}

/** A block and the eight around it, as far as the picture goes. */
export function forAround(at: number, visit: (other: number) => void): void {
  const row = Math.floor(at / GRID_SIDE);
  const column = at % GRID_SIDE;
  const lastRow = Math.min(GRID_SIDE - 1, row + 1);
  const lastColumn = Math.min(GRID_SIDE - 1, column + 1);
  for (let y = Math.max(0, row - 1); y <= lastRow; y++) {
    for (let x = Math.max(0, column - 1); x <= lastColumn; x++) visit(y * GRID_SIDE + x);
  }
}

/** Steps of a level: finer than anything that hangs on a share of the blocks here. */
const STEPS = 8;

/** The level 0…255 that this share of the levels stays below, by counting: sorting takes longer. */
export function levelAt(levels: Float32Array, share: number): number {
  const counts = new Uint16Array(256 * STEPS);
  for (const level of levels) {
    const step = Math.min(counts.length - 1, Math.round(level * STEPS));
    counts[step] = (counts[step] as number) + 1;
  }
  let left = Math.floor(share * levels.length);
  for (let step = 0; step < counts.length; step++) {
    const own = counts[step] as number;
    if (left < own) return step / STEPS;
    left -= own;
  }
  return 0;
}

/** The middle of the narrowest range that holds this share of the values. */
export function densestOf(values: Float32Array, share: number): number {
  const sorted = values.slice().sort();
  const span = Math.floor(share * sorted.length);
  let [middle, narrowest] = [0, Infinity];
  for (let at = 0; at + span < sorted.length; at++) {
    const [low, high] = [sorted[at] as number, sorted[at + span] as number];
    if (high - low < narrowest) [middle, narrowest] = [(low + high) / 2, high - low];
  }
  return middle;
}
