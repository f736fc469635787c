/** What is used of WebAssembly here: neither the language's types nor Node's declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: { readonly a: { readonly m: object } },
  ) => { readonly exports: object };
};

/** Bytes of a page, the unit in which WebAssembly has memory. */
const PAGE_BYTES = 65_536;

/** Memory that the kernel reads and writes. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  /**
   * Writes the dot product of a vector with each of some rows, four of them at a time.
   *
   * @param rows where the rows begin, bytes from the memory's start, as all places here
   * @param end where they end: a multiple of four of them
   * @param rowBytes a multiple of 16
   * @param vector where the vector is, as long as a row
   * @param out where the products go, four bytes each
   */
  dots(rows: number, end: number, rowBytes: number, vector: number, out: number): void;
}

/**
 * Memory with the kernel beside it; null where the processor has no SIMD or the process may not
 * have the address space, of which each memory takes gigabytes without using it.
 */
export function createKernelMemory(bytes: number): KernelMemory | null {
  try {
    kernel ??= new WebAssembly.Module(assemble());
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
    const { exports } = new WebAssembly.Instance(kernel, { a: { m: memory } });
    return { buffer: memory.buffer, dots: (exports as Pick<KernelMemory, "dots">).dots };
  } catch {
    return null;
  }
}

let kernel: object | undefined;

type Code = readonly number[];

const [I32, V128] = [0x7f, 0x7b];

// Parameters, then the places in four rows and in the vector, what stands there, and four sums.
const [ROW, END, ROW_BYTES, VECTOR, OUT] = [0, 1, 2, 3, 4];
const [SECOND, THIRD, FOURTH, AT] = [5, 6, 7, 8];
const [VALUES, ...SUMS] = [9, 10, 11, 12, 13];

const get = (local: number): Code => [0x20, local];
const set = (local: number, value: Code): Code => [...value, 0x21, local];
/** Of numbers below 64. */
const integer = (value: number): Code => [0x41, value];
const plus = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
const isBelow = (a: Code, b: Code): Code => [...a, ...b, 0x49];
/** Again while the condition holds at its end. */
const repeat = (body: Code, condition: Code): Code => [
  ...[0x03, 0x40, ...body],
  ...[...condition, 0x0d, 0, 0x0b],
];
const load = (place: Code): Code => [...place, 0xfd, 0x00, 0, 0];
const store = (place: Code, values: Code): Code => [...place, ...values, 0xfd, 0x0b, 0, 0];
const zeros: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];
const add = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe4, 0x01];
const multiply = (a: Code, b: Code): Code => [...a, ...b, 0xfd, 0xe6, 0x01];
/** Four of the eight numbers in a and b, by their places. */
const choose = (a: Code, b: Code, places: readonly number[]): Code => [
  ...[...a, ...b, 0xfd, 0x0d],
  ...places.flatMap((place) => [0, 1, 2, 3].map((byte) => 4 * place + byte)),
];

/** The sums of a's two halves beside those of b's: twice, and four sums of four become one of each. */
const fold = (a: Code, b: Code, near: readonly number[], far: readonly number[]): Code =>
  add(choose(a, b, near), choose(a, b, far));

/** The four rows' sums, all columns done. */
function addUp(): Code {
  const [a = [], b = [], c = [], d = []] = SUMS.map(get);
  const pairs = [fold(a, b, [0, 4, 1, 5], [2, 6, 3, 7]), fold(c, d, [0, 4, 1, 5], [2, 6, 3, 7])];
  const [first = [], second = []] = pairs;
  return fold(first, second, [0, 1, 4, 5], [2, 3, 6, 7]);
}

/** Rows by fours: each part of the vector is fetched once for all of them, and no sum waits for another. */
function assembleDots(): Code {
  const places = [ROW, SECOND, THIRD, FOURTH];
  const columns = [
    ...set(VALUES, load(get(AT))),
    ...places.flatMap((place, row) => {
      const sum = SUMS[row] ?? 0;
      return set(sum, add(get(sum), multiply(get(VALUES), load(get(place)))));
    }),
    ...[...places, AT].flatMap((place) => set(place, plus(get(place), integer(16)))),
  ];
  const rows = [
    ...[SECOND, THIRD, FOURTH].flatMap((place, row) =>
      set(place, plus(get(places[row] ?? ROW), get(ROW_BYTES))),
    ),
    ...SUMS.flatMap((sum) => set(sum, zeros)),
    ...set(AT, get(VECTOR)),
    ...repeat(columns, isBelow(get(AT), plus(get(VECTOR), get(ROW_BYTES)))),
    ...store(get(OUT), addUp()),
    ...set(OUT, plus(get(OUT), integer(16))),
    // Each place has moved on by a row: the fourth is where the next four begin.
    ...set(ROW, get(FOURTH)),
  ];
  return repeat(rows, isBelow(get(ROW), get(END)));
}

/** The module: one function `dots` over the memory `a.m` (webassembly.github.io/spec/core/binary). */
function assemble(): Uint8Array {
  const dots = [...locals(), ...assembleDots(), 0x0b];
  const name = Buffer.from("dots");
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // A type with five whole numbers, and nothing in return.
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
    ...section(2, [1, 1, 0x61, 1, 0x6d, 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, name.length, ...name, 0, 0]),
    ...section(10, [1, ...size(dots.length), ...dots]),
  ]);
}

/** Four numbers for places, five vectors. */
function locals(): Code {
  return [2, 4, I32, 5, V128];
}

function section(id: number, content: Code): Code {
  return [id, ...size(content.length), ...content];
}

/** A length below 16,384 in LEB128. */
function size(length: number): Code {
  return length < 128 ? [length] : [(length % 128) | 128, length >> 7];
}
