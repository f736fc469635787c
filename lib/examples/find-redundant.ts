import { setImmediate as nextTurn } from "node:timers/promises";

/** A picture among those of its class. */
export interface Aged {
  /** Unit vector. */
  readonly vector: Float32Array;
  /** ms since 1970. */
  readonly modified: number;
}

/** Rows after which other work gets its turn: 64 pictures are one turn of some 3 ms. */
const ROWS_PER_TURN = 64;

/**
 * The picture that a class misses least: of the two that are nearest to one another, the older.
 * Undefined where there are not two.
 */
export async function findRedundant<T extends Aged>(
  pictures: readonly T[],
): Promise<T | undefined> {
  let nearest = -Infinity;
  let redundant: T | undefined;
  for (const [row, one] of pictures.entries()) {
    if (row > 0 && row % ROWS_PER_TURN === 0) await nextTurn();
    for (const other of pictures.slice(0, row)) {
      const cosine = dot(one.vector, other.vector);
      const older = other.modified <= one.modified ? other : one;
      // Of pairs that are equally near, the oldest picture of them all.
      const goes =
        cosine > nearest || (cosine === nearest && older.modified < (redundant?.modified ?? 0));
      if (!goes) continue;
      nearest = cosine;
      redundant = older;
    }
  }
  return redundant;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let column = 0; column < a.length; column++) {
    sum += (a[column] as number) * (b[column] ?? 0);
  }
  return sum;
}
