import { GRID_BLOCKS, GRID_SIDE, type SceneGrid } from "../frame/scene-grid";

/** Red, green and blue. */
export const CHANNELS = 3;

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

/** Steps of a level: finer than anything that hangs on a median here. */
const STEPS = 8;

/** Median of the first `count` levels 0…255, by counting: sorting thousands would take its milliseconds. */
export function medianLevel(levels: Float32Array, count: number): number {
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
