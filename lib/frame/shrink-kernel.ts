import {
  addIntegers,
  advance,
  chooseBytes,
  firstInteger,
  get,
  integer,
  isBelow,
  load,
  loadInteger,
  loadSpread,
  multiplyPairs,
  narrowTo16,
  narrowToBytes,
  plus,
  repeat,
  set,
  shiftRight,
  spread,
  storeInteger,
  store,
  widenHigh,
  widenLow,
  type Code,
} from "../simd/assembler";
import { defineKernel } from "../simd/kernel";

/** A weight of 1 is 2 to this power. */
export const WEIGHT_BITS = 12;

/** So many old pixels are weighed at once. */
export const AT_ONCE = 2;

export interface ShrinkFunctions {
  /**
   * Writes a line of bytes: the weighted sum of some rows, 16 bytes at a time, so that up to 15
   * beyond the end are written, too.
   *
   * @param rows where the line begins in the first row
   * @param stride bytes from one row to the next
   * @param weights of each row, two bytes each
   * @param weightsEnd where they end: an even number of them
   * @param out where the line goes
   * @param end where it ends
   */
  rows(
    rows: number,
    stride: number,
    weights: number,
    weightsEnd: number,
    out: number,
    end: number,
  ): void;
  /**
   * Writes a line of RGB pixels, and a byte beyond it: each the weighted sum of some pixels that lie
   * beside one another.
   *
   * @param line where the old pixels are
   * @param places four bytes for each new pixel: at which byte of the line its first old one is
   * @param weights of the old ones, two bytes each, for one new pixel after the other
   * @param weightBytes of a new pixel: an even number of weights
   * @param out where the line goes
   * @param end where it ends
   */
  columns(
    line: number,
    places: number,
    weights: number,
    weightBytes: number,
    out: number,
    end: number,
  ): void;
}

export const createShrinkKernel = defineKernel<ShrinkFunctions>(() => [
  { name: "rows", parameters: 6, integers: 2, vectors: 8, body: weighRows() },
  { name: "columns", parameters: 6, integers: 2, vectors: 1, body: weighColumns() },
]);

/** So that cutting off the fraction rounds. */
const HALF = spread(integer(1 << (WEIGHT_BITS - 1)));
const SIXTEEN = integer(16);

/** The first eight bytes of two vectors one by one, and the last: the processor knows these as such. */
const BESIDE_LOW = [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23];
const BESIDE_HIGH = BESIDE_LOW.map((place) => place + 8);

/** Byte by byte two rows beside each other, so that one instruction weighs and adds both. */
function weighRows(): Code {
  const [FROM, STRIDE, WEIGHTS, WEIGHTS_END, OUT, END] = [0, 1, 2, 3, 4, 5];
  const [AT, WEIGHT] = [6, 7];
  const [FIRST, SECOND, BOTH, TWO, A, B, C, D] = [8, 9, 10, 11, 12, 13, 14, 15];
  const sums = [A, B, C, D];
  const add = (sum: number, pairs: Code): Code =>
    set(sum, addIntegers(get(sum), multiplyPairs(pairs, get(TWO))));
  const pair = [
    ...set(TWO, loadSpread(get(WEIGHT))),
    ...set(FIRST, load(get(AT))),
    ...advance(AT, get(STRIDE)),
    ...set(SECOND, load(get(AT))),
    ...advance(AT, get(STRIDE)),
    ...set(BOTH, chooseBytes(get(FIRST), get(SECOND), BESIDE_LOW)),
    ...add(A, widenLow(get(BOTH))),
    ...add(B, widenHigh(get(BOTH))),
    ...set(BOTH, chooseBytes(get(FIRST), get(SECOND), BESIDE_HIGH)),
    ...add(C, widenLow(get(BOTH))),
    ...add(D, widenHigh(get(BOTH))),
    ...advance(WEIGHT, integer(2 * AT_ONCE)),
  ];
  const [a = [], b = [], c = [], d = []] = sums.map((sum) => shiftRight(get(sum), WEIGHT_BITS));
  const sixteenBytes = [
    ...sums.flatMap((sum) => set(sum, HALF)),
    ...set(AT, get(FROM)),
    ...set(WEIGHT, get(WEIGHTS)),
    ...repeat(pair, isBelow(get(WEIGHT), get(WEIGHTS_END))),
    ...store(get(OUT), narrowToBytes(narrowTo16(a, b), narrowTo16(c, d))),
    ...advance(FROM, SIXTEEN),
    ...advance(OUT, SIXTEEN),
  ];
  return repeat(sixteenBytes, isBelow(get(OUT), get(END)));
}

/** The line beside itself a pixel further on, so that one instruction weighs and adds two pixels. */
function weighColumns(): Code {
  const [LINE, PLACES, WEIGHTS, WEIGHT_BYTES, OUT, END] = [0, 1, 2, 3, 4, 5];
  const [AT, NEXT, SUM] = [6, 7, 8];
  const both = widenLow(chooseBytes(load(get(AT)), load(get(AT), 3), BESIDE_LOW));
  const pair = [
    ...set(SUM, addIntegers(get(SUM), multiplyPairs(both, loadSpread(get(WEIGHTS))))),
    ...advance(AT, integer(3 * AT_ONCE)),
    ...advance(WEIGHTS, integer(2 * AT_ONCE)),
  ];
  const onePixel = [
    ...set(AT, plus(get(LINE), loadInteger(get(PLACES)))),
    ...set(NEXT, plus(get(WEIGHTS), get(WEIGHT_BYTES))),
    ...set(SUM, HALF),
    ...repeat(pair, isBelow(get(WEIGHTS), get(NEXT))),
    ...set(SUM, shiftRight(get(SUM), WEIGHT_BITS)),
    ...set(SUM, narrowTo16(get(SUM), get(SUM))),
    ...storeInteger(get(OUT), firstInteger(narrowToBytes(get(SUM), get(SUM)))),
    ...advance(PLACES, integer(4)),
    ...advance(OUT, integer(3)),
  ];
  return repeat(onePixel, isBelow(get(OUT), get(END)));
}
