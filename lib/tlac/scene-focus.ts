import { GRID_BLOCKS, GRID_SIDE } from "../frame/scene-grid";
import { CLIPPING, levelAt } from "./scene-blocks";

/**
 * By how much edges may be softer or sharper. Trembling, noise and JPEG only hide what two pictures
 * share; a picture of 1,024 pixels that is blurred by a deviation of 6 pixels is beyond this.
 */
const MOST_SHARPER = 1.08;
/** Levels of the edges' root mean square below which a picture is too plain to tell. */
const LEAST_EDGES = 2;
/**
 * Of this share of the blocks, those with the strongest edges, none counts for more than the next
 * weaker one: the few of a lamp that flickers, or of a glint that trembles, would outweigh all
 * others of a plain scene. Five edges change with each block, so this is about twenty blocks.
 */
const STRONGEST = 0.025;

/** One colour of each block as it should be and as it is. */
interface Compared {
  readonly expected: Float32Array;
  readonly seen: Float32Array;
}

/**
 * Whether the edges of the whole picture are softer than they should be, as when a lens loses its
 * focus or gets wet, or sharper. Block by block a blur of that size hardly differs.
 */
export function hasOtherFocus(channels: readonly Compared[]): boolean {
  let [expected, seen, shared, count] = [0, 0, 0, 0];
  for (const channel of channels) {
    const edges = takeEdges(channel);
    const most = levelAt(edges.strength, 1 - STRONGEST);
    for (let at = 0; at < edges.strength.length; at++) {
      const strength = edges.strength[at] as number;
      const share = strength > most ? most / strength : 1;
      const before = share * (edges.expected[at] as number);
      const now = share * (edges.seen[at] as number);
      expected += before * before;
      seen += now * now;
      shared += before * now;
    }
    count += edges.strength.length;
  }
  // The slope by which the softer edges lead to the sharper ones, which noise can only lessen.
  const softer = Math.min(expected, seen);
  return softer > count * LEAST_EDGES ** 2 && shared > MOST_SHARPER * softer;
}

/** The edges of the blocks that tell them both times, and the stronger of the two of each block. */
function takeEdges({ expected, seen }: Compared): Compared & { readonly strength: Float32Array } {
  const before = new Float32Array(GRID_BLOCKS);
  const now = new Float32Array(GRID_BLOCKS);
  const strength = new Float32Array(GRID_BLOCKS);
  let count = 0;
  for (let row = 1; row < GRID_SIDE - 1; row++) {
    for (let at = row * GRID_SIDE + 1; at < (row + 1) * GRID_SIDE - 1; at++) {
      const old = edgeAt(expected, at);
      const own = edgeAt(seen, at);
      if (Number.isNaN(old) || Number.isNaN(own)) continue;
      before[count] = old;
      now[count] = own;
      strength[count] = Math.max(Math.abs(old), Math.abs(own));
      count += 1;
    }
  }
  return {
    expected: before.subarray(0, count),
    seen: now.subarray(0, count),
    strength: strength.subarray(0, count),
  };
}

/**
 * The discrete Laplace operator: by how much a block stands out from the four beside it; NaN where
 * one of them is too bright for the sensor, and has lost its edges to that.
 */
function edgeAt(levels: Float32Array, at: number): number {
  const level = levels[at] as number;
  const above = levels[at - GRID_SIDE] as number;
  const left = levels[at - 1] as number;
  const right = levels[at + 1] as number;
  const below = levels[at + GRID_SIDE] as number;
  const isClipped =
    level > CLIPPING || above > CLIPPING || left > CLIPPING || right > CLIPPING || below > CLIPPING;
  return isClipped ? NaN : 4 * level - above - left - right - below;
}
