import {
  addIntegers,
  advance,
  choose,
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

/** As many rows are weighed at once, and as many pixels beside one another. */
export const ROWS_AT_ONCE = 2;
export const COLUMNS_AT_ONCE = 4;

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
   * @param weights for each new pixel those of four old ones twice over, two bytes each, and so on
   * @param weightBytes of a new pixel
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
  { name: "columns", parameters: 6, integers: 2, vectors: 4, body: weighColumns() },
]);

/** So that cutting off the fraction rounds. */
const HALF = spread(integer(1 << (WEIGHT_BITS - 1)));
const SIXTEEN = integer(16);

const EVERY_BYTE_LOW = [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23];
const EVERY_BYTE_HIGH = EVERY_BYTE_LOW.map((place) => place + 8);

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
    ...set(BOTH, chooseBytes(get(FIRST), get(SECOND), EVERY_BYTE_LOW)),
    ...add(A, widenLow(get(BOTH))),
    ...add(B, widenHigh(get(BOTH))),
    ...set(BOTH, chooseBytes(get(FIRST), get(SECOND), EVERY_BYTE_HIGH)),
    ...add(C, widenLow(get(BOTH))),
    ...add(D, widenHigh(get(BOTH))),
    ...advance(WEIGHT, integer(2 * ROWS_AT_ONCE)),
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

/** The reds of four pixels, their greens and their blues. */
const BY_CHANNEL = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 0, 0, 0, 0];

function weighColumns(): Code {
  const [LINE, PLACES, WEIGHTS, WEIGHT_BYTES, OUT, END] = [0, 1, 2, 3, 4, 5];
  const [AT, NEXT] = [6, 7];
  const [PIXELS, FOUR, RED_GREEN, BLUE] = [8, 9, 10, 11];
  const add = (sum: number, pairs: Code): Code =>
    set(sum, addIntegers(get(sum), multiplyPairs(pairs, get(FOUR))));
  const fourPixels = [
    ...set(PIXELS, load(get(AT))),
    ...set(PIXELS, chooseBytes(get(PIXELS), get(PIXELS), BY_CHANNEL)),
    ...set(FOUR, load(get(WEIGHTS))),
    ...add(RED_GREEN, widenLow(get(PIXELS))),
    ...add(BLUE, widenHigh(get(PIXELS))),
    ...advance(AT, integer(3 * COLUMNS_AT_ONCE)),
    ...advance(WEIGHTS, SIXTEEN),
  ];
  const half = (places: readonly number[]): Code => choose(get(RED_GREEN), get(BLUE), places);
  const sums = addIntegers(addIntegers(half([0, 2, 4, 6]), half([1, 3, 5, 7])), HALF);
  const onePixel = [
    ...set(AT, plus(get(LINE), loadInteger(get(PLACES)))),
    ...set(NEXT, plus(get(WEIGHTS), get(WEIGHT_BYTES))),
    ...set(RED_GREEN, spread(integer(0))),
    ...set(BLUE, spread(integer(0))),
    ...repeat(fourPixels, isBelow(get(WEIGHTS), get(NEXT))),
    ...set(PIXELS, shiftRight(sums, WEIGHT_BITS)),
    ...set(PIXELS, narrowTo16(get(PIXELS), get(PIXELS))),
    ...storeInteger(get(OUT), firstInteger(narrowToBytes(get(PIXELS), get(PIXELS)))),
    ...advance(PLACES, integer(4)),
    ...advance(OUT, integer(3)),
  ];
  return repeat(onePixel, isBelow(get(OUT), get(END)));
}
