import { GRID_BLOCKS, GRID_SIDE } from "../frame/scene-grid";
import { BRIGHTEST } from "./scene-blocks";

/** By how much bands, which lamps on alternating current draw through a picture, may be brighter. */
const MOST_BAND = 1.2;

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

/**
 * By how much each block is brighter through bands, which are rows, or columns of a camera on its
 * side; across them the light may come from one side.
 */
export function findBands(expected: Float32Array, seen: Float32Array): Float32Array {
  const rows = findLines(expected, seen, (line, at) => line * GRID_SIDE + at);
  const columns = findLines(expected, seen, (line, at) => at * GRID_SIDE + line);
  const byRows = spreadOf(rows) >= spreadOf(columns);
  const alongRows = byRows ? level(rows) : straighten(rows);
  const alongColumns = byRows ? straighten(columns) : level(columns);
  const gains = new Float32Array(GRID_BLOCKS);
  for (let at = 0; at < GRID_BLOCKS; at++) {
    const row = Math.floor(at / GRID_SIDE);
    gains[at] = (alongRows[row] as number) * (alongColumns[at % GRID_SIDE] as number);
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
