import { GRID_SIDE } from "../frame/scene-grid";
import { CLIPPING } from "./scene-blocks";

/**
 * By how much edges may be softer or sharper. Trembling, noise and JPEG only hide what two pictures
 * share; a picture of 1,024 pixels that is blurred by a deviation of 6 pixels is beyond this.
 */
const MOST_SHARPER = 1.08;
/** Levels of the edges' root mean square below which a picture is too plain to tell. */
const LEAST_EDGES = 2;

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
    for (let row = 1; row < GRID_SIDE - 1; row++) {
      for (let at = row * GRID_SIDE + 1; at < (row + 1) * GRID_SIDE - 1; at++) {
        if (isClippedAround(channel.expected, at) || isClippedAround(channel.seen, at)) continue;
        const before = edgeAt(channel.expected, at);
        const now = edgeAt(channel.seen, at);
        count += 1;
        expected += before * before;
        seen += now * now;
        shared += before * now;
      }
    }
  }
  // The slope by which the softer edges lead to the sharper ones, which noise can only lessen.
  const softer = Math.min(expected, seen);
  return softer > count * LEAST_EDGES ** 2 && shared > MOST_SHARPER * softer;
}

/** The discrete Laplace operator: by how much a block stands out from the four beside it. */
function edgeAt(levels: Float32Array, at: number): number {
  return (
    4 * (levels[at] as number) -
    (levels[at - GRID_SIDE] as number) -
    (levels[at - 1] as number) -
    (levels[at + 1] as number) -
    (levels[at + GRID_SIDE] as number)
  );
}

/** What is too bright for the sensor has lost its edges to that. */
function isClippedAround(levels: Float32Array, at: number): boolean {
  return (
    (levels[at] as number) > CLIPPING ||
    (levels[at - GRID_SIDE] as number) > CLIPPING ||
    (levels[at - 1] as number) > CLIPPING ||
    (levels[at + 1] as number) > CLIPPING ||
    (levels[at + GRID_SIDE] as number) > CLIPPING
  );
}
