import {
  addFloats,
  advance,
  choose,
  get,
  integer,
  isBelow,
  load,
  multiplyFloats,
  repeat,
  set,
  spread,
  store,
  type Code,
} from "../simd/assembler";
import { defineKernel } from "../simd/kernel";

/** Rows are side by side in blocks of so many, so many numbers of each at a time. */
export const LANES = 4;

/** Bytes of four numbers. */
const QUAD = 16;

export interface DotFunctions {
  /**
   * Writes the dot product of a vector with each of some rows.
   *
   * @param rows where the rows begin. Four numbers of the first row are followed by the four of the
   *   second row, of the third and of the fourth, and these by the next four of the first; then come
   *   the next four rows. So memory is read from one end to the other, which is twice as fast as at
   *   four places
   * @param end where they end: a multiple of four of them
   * @param vector where the vector is
   * @param vectorEnd where it ends: a multiple of four numbers
   * @param out where the products go, four bytes each
   */
  dots(rows: number, end: number, vector: number, vectorEnd: number, out: number): void;
}

// Parameters, then the place in the vector, the four numbers there, and the sums of four rows.
const [AT_ROWS, END, VECTOR, VECTOR_END, OUT] = [0, 1, 2, 3, 4];
const [AT] = [5];
const [VALUES, ...SUMS] = [6, 7, 8, 9, 10];

export const createDotKernel = defineKernel<DotFunctions>(() => [
  { name: "dots", parameters: 5, integers: 1, vectors: 5, body: repeat(fourRows(), hasMore()) },
]);

/** Each part of the vector is fetched once for all of them, and no sum waits for another. */
function fourRows(): Code {
  const columns = [
    ...set(VALUES, load(get(AT))),
    ...SUMS.flatMap((sum, row) => {
      const product = multiplyFloats(get(VALUES), load(get(AT_ROWS), row * QUAD));
      return set(sum, addFloats(get(sum), product));
    }),
    ...advance(AT_ROWS, integer(LANES * QUAD)),
    ...advance(AT, integer(QUAD)),
  ];
  return [
    ...SUMS.flatMap((sum) => set(sum, spread(integer(0)))),
    ...set(AT, get(VECTOR)),
    ...repeat(columns, isBelow(get(AT), get(VECTOR_END))),
    ...store(get(OUT), addUp()),
    ...advance(OUT, integer(QUAD)),
  ];
}

function hasMore(): Code {
  return isBelow(get(AT_ROWS), get(END));
}

/** Four sums of four numbers each become one of each. */
function addUp(): Code {
  const [a = [], b = [], c = [], d = []] = SUMS.map(get);
  const first = fold(a, b, [0, 4, 1, 5], [2, 6, 3, 7]);
  const second = fold(c, d, [0, 4, 1, 5], [2, 6, 3, 7]);
  return fold(first, second, [0, 1, 4, 5], [2, 3, 6, 7]);
}

/** The sums of a's two halves beside those of b's. */
function fold(a: Code, b: Code, near: readonly number[], far: readonly number[]): Code {
  return addFloats(choose(a, b, near), choose(a, b, far));
}
