import { GRID_BLOCKS, GRID_SIDE, type SceneGrid } from "../frame/scene-grid";
import { CHANNELS, CLIPPING, forAround, levelAt, takeChannel } from "./scene-blocks";
import { hasOtherFocus } from "./scene-focus";
import { followLight } from "./scene-light";

/**
 * Levels of 255 by which the mean of 3 × 3 blocks may differ: what JPEG leaves, at most five
 * deviations of the picture's own noise, and a part of what the blocks differ by among themselves,
 * for a camera that trembles.
 */
const LEAST_DIFFERENCE = 4;
const MOST_DIFFERENCE = 10;
const NOISE_DEVIATIONS = 5;
const SHARE_OF_CONTRAST = 0.1;
/** A median of absolute differences times this is the deviation of normal noise. */
const MEDIAN_TO_DEVIATION = 1.4826;

/**
 * The share 0…1 of a picture's area that shows something else than before. Noise, compression, and
 * light that gets brighter or darker, as a whole, from one side or in bands, are no change; another
 * focus of the camera changes all of it.
 */
export function measureChange(before: SceneGrid, now: SceneGrid): number {
  const pairs = Array.from({ length: CHANNELS }, (_, channel) => ({
    old: takeChannel(before, channel),
    seen: takeChannel(now, channel),
  }));
  const changed = new Uint8Array(GRID_BLOCKS);
  const lit = followLight(pairs);
  if (hasOtherFocus(lit)) return 1;
  for (const { old, seen, expected } of lit) {
    markChanges(old, expected, seen, changed);
  }
  return changed.reduce((sum, one) => sum + one, 0) / GRID_BLOCKS;
}

/** Marks the blocks that differ by more than noise, compression and trembling explain. */
function markChanges(
  old: Float32Array,
  expected: Float32Array,
  seen: Float32Array,
  changed: Uint8Array,
): void {
  const differences = seen.map((level, at) =>
    isClipped(old[at] as number, expected[at] as number, level)
      ? 0
      : level - (expected[at] as number),
  );
  // What noise and trembling add at one block they mostly take away beside it.
  const smooth = smoothen(differences).map(Math.abs);
  // Half of all blocks at least are still: what differs by more than they do is no noise.
  const noise = MEDIAN_TO_DEVIATION * levelAt(smooth, 0.5);
  const least = Math.min(MOST_DIFFERENCE, Math.max(LEAST_DIFFERENCE, NOISE_DEVIATIONS * noise));
  for (let at = 0; at < GRID_BLOCKS; at++) {
    const difference = smooth[at] as number;
    if (difference <= least) continue;
    if (difference > least + SHARE_OF_CONTRAST * contrastAt(expected, at)) changed[at] = 1;
  }
}

/** What was, or would be, too bright for the sensor may be brighter than it shows. */
function isClipped(old: number, expected: number, seen: number): boolean {
  if (old > CLIPPING && seen > expected) return true;
  return expected > CLIPPING && seen > CLIPPING;
}

/** The mean of each block and those around it. */
function smoothen(values: Float32Array): Float32Array {
  return averageBeside(averageBeside(values, 1), GRID_SIDE);
}

/** The mean of each block and the two beside it in its row (`step` 1) or column. */
function averageBeside(values: Float32Array, step: number): Float32Array {
  const means = new Float32Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) {
    const place = step === 1 ? at % GRID_SIDE : Math.floor(at / GRID_SIDE);
    let sum = values[at] as number;
    let count = 1;
    if (place > 0) {
      sum += values[at - step] as number;
      count += 1;
    }
    if (place < GRID_SIDE - 1) {
      sum += values[at + step] as number;
      count += 1;
    }
    means[at] = sum / count;
  }
  return means;
}

/** By how much a block and those around it differ among themselves. */
function contrastAt(values: Float32Array, at: number): number {
  let lowest = Infinity;
  let highest = -Infinity;
  forAround(at, (other) => {
    lowest = Math.min(lowest, values[other] as number);
    highest = Math.max(highest, values[other] as number);
  });
  return highest - lowest;
}
