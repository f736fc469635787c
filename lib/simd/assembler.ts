/**
 * Parts of WebAssembly's binary form (webassembly.github.io/spec/core/binary), as far as the
 * kernels here need them: whole numbers, and vectors of 16 bytes.
 */
export type Code = readonly number[];

const [I32, V128] = [0x7f, 0x7b];
const SIMD = 0xfd;

export const get = (local: number): Code => [0x20, local];
export const set = (local: number, value: Code): Code => [...value, 0x21, local];

/** Of numbers below 8,192. */
export const integer = (value: number): Code => [
  0x41,
  ...(value < 64 ? [value] : [(value % 128) | 128, value >> 7]),
];
/** Times a power of two. */
export const shiftLeft = (a: Code, bits: number): Code => [...a, ...integer(bits), 0x74];
export const plus = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
/** Moves a place in memory on. */
export const advance = (local: number, bytes: Code): Code => set(local, plus(get(local), bytes));
export const isBelow = (a: Code, b: Code): Code => [...a, ...b, 0x49];

/** Again while the condition holds at its end. */
export const repeat = (body: Code, condition: Code): Code => [
  ...[0x03, 0x40, ...body],
  ...[...condition, 0x0d, 0, 0x0b],
];

/** `beyond`: so many bytes behind the place, below 8,192. */
export const loadInteger = (place: Code, beyond = 0): Code => [...place, 0x28, 0, ...size(beyond)];
export const loadByte = (place: Code, beyond = 0): Code => [...place, 0x2d, 0, ...size(beyond)];
export const storeInteger = (place: Code, value: Code): Code => [...place, ...value, 0x36, 0, 0];
/** `beyond`: so many bytes behind the place, below 128. */
export const load = (place: Code, beyond = 0): Code => [...place, SIMD, 0x00, 0, beyond];
export const store = (place: Code, values: Code): Code => [...place, ...values, SIMD, 0x0b, 0, 0];
/** The four bytes at a place, four times. */
export const loadSpread = (place: Code): Code => [...place, SIMD, 0x09, 0, 0];

/** The same whole number of 32 bits, four times. */
export const spread = (value: Code): Code => [...value, SIMD, 0x11];
export const addFloats = (a: Code, b: Code): Code => [...a, ...b, SIMD, 0xe4, 0x01];
export const multiplyFloats = (a: Code, b: Code): Code => [...a, ...b, SIMD, 0xe6, 0x01];
export const addIntegers = (a: Code, b: Code): Code => [...a, ...b, SIMD, 0xae, 0x01];
/** Divides four whole numbers by a power of two, downwards. */
export const shiftRight = (a: Code, bits: number): Code => [...a, ...integer(bits), SIMD, 0xac, 1];
/** Products of eight numbers of 16 bits, two of them added up at a time. */
export const multiplyPairs = (a: Code, b: Code): Code => [...a, ...b, SIMD, 0xba, 0x01];
/** The first or the last eight bytes as numbers of 16 bits. */
export const widenLow = (a: Code): Code => [...a, SIMD, 0x89, 0x01];
export const widenHigh = (a: Code): Code => [...a, SIMD, 0x8a, 0x01];
/** Eight numbers of 32 bits as such of 16; what is too large or small becomes the limit. */
export const narrowTo16 = (a: Code, b: Code): Code => [...a, ...b, SIMD, 0x85, 0x01];
/** Sixteen numbers of 16 bits as bytes 0…255; what is too large or small becomes the limit. */
export const narrowToBytes = (a: Code, b: Code): Code => [...a, ...b, SIMD, 0x66];
/** The first four bytes as a whole number. */
export const firstInteger = (a: Code): Code => [...a, SIMD, 0x1b, 0];
/** Sixteen of the 32 bytes in a and b, by their places. */
export const chooseBytes = (a: Code, b: Code, places: readonly number[]): Code => [
  ...[...a, ...b, SIMD, 0x0d, ...places],
];
/** Four of the eight numbers of 32 bits in a and b, by their places. */
export const choose = (a: Code, b: Code, places: readonly number[]): Code =>
  chooseBytes(
    a,
    b,
    places.flatMap((place) => [0, 1, 2, 3].map((byte) => 4 * place + byte)),
  );

/** A function without a result; its locals count on from its parameters, which are whole numbers. */
export interface KernelFunction {
  readonly name: string;
  readonly parameters: number;
  /** Whole numbers, then vectors. */
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
}

/** A module of these functions over the memory `a.m`. */
export function assemble(functions: readonly KernelFunction[]): Uint8Array {
  const types = functions.map(({ parameters }) => [
    ...[0x60, parameters],
    ...[...new Array<number>(parameters).fill(I32), 0],
  ]);
  const exported = functions.map(({ name }, index) => [
    name.length,
    ...Buffer.from(name),
    0,
    index,
  ]);
  const bodies = functions.map(({ integers, vectors, body }) => {
    const content = [2, integers, I32, vectors, V128, ...body, 0x0b];
    return [...size(content.length), ...content];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[1, 0x61, 1, 0x6d, 2, 0, 1]]),
    ...section(
      3,
      functions.map((_, index) => [index]),
    ),
    ...section(7, exported),
    ...section(10, bodies),
  ]);
}

function section(id: number, entries: readonly Code[]): Code {
  const content = [entries.length, ...entries.flat()];
  return [id, ...size(content.length), ...content];
}

/** A length below 16,384. */
function size(length: number): Code {
  return length < 128 ? [length] : [(length % 128) | 128, length >> 7];
}
