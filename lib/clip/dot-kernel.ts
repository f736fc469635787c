import {
  addFloats,
  advance,
  choose,
  get,
  integer,
  isBelow,
  load,
  multiplyFloats,
  plus,
  repeat,
  set,
  spread,
  store,
  type Code,
} from "../simd/assembler";
import { defineKernel } from "../simd/kernel";

export interface DotFunctions {
  /**
   * Writes the dot product of a vector with each of some rows, four of them at a time.
   *
   * @param rows where the rows begin
   * @param end where they end: a multiple of four of them
   * @param rowBytes a multiple of 16
   * @param vector where the vector is, as long as a row
   * @param out where the products go, four bytes each
   */
  dots(rows: number, end: number, rowBytes: number, vector: number, out: number): void;
}

// Parameters, then the places in four rows and in the vector, what stands there, and four sums.
const [ROW, END, ROW_BYTES, VECTOR, OUT] = [0, 1, 2, 3, 4];
const [SECOND, THIRD, FOURTH, AT] = [5, 6, 7, 8];
const [VALUES, ...SUMS] = [9, 10, 11, 12, 13];
const ROWS = [ROW, SECOND, THIRD, FOURTH];
const STEP = integer(16);

export const createDotKernel = defineKernel<DotFunctions>(() => [
  { name: "dots", parameters: 5, integers: 4, vectors: 5, body: repeat(fourRows(), hasMore()) },
]);

/** Each part of the vector is fetched once for all of them, and no sum waits for another. */
function fourRows(): Code {
  const columns = [
    ...set(VALUES, load(get(AT))),
    ...ROWS.flatMap((place, row) => {
      const sum = SUMS[row] ?? 0;
      return set(sum, addFloats(get(sum), multiplyFloats(get(VALUES), load(get(place)))));
    }),
    ...[...ROWS, AT].flatMap((place) => advance(place, STEP)),
  ];
  return [
    ...set(SECOND, plus(get(ROW), get(ROW_BYTES))),
    ...set(THIRD, plus(get(SECOND), get(ROW_BYTES))),
    ...set(FOURTH, plus(get(THIRD), get(ROW_BYTES))),
    ...SUMS.flatMap((sum) => set(sum, spread(integer(0)))),
    ...set(AT, get(VECTOR)),
    ...repeat(columns, isBelow(get(AT), plus(get(VECTOR), get(ROW_BYTES)))),
    ...store(get(OUT), addUp()),
    ...advance(OUT, STEP),
    // Each place has moved on by a row: the fourth is where the next four begin.
    ...set(ROW, get(FOURTH)),
  ];
}

function hasMore(): Code {
  return isBelow(get(ROW), get(END));
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
