import { endianness } from "node:os";
import { types } from "node:util";

import { isRecord } from "../basics/is-record";
import type { Samples } from "./image-source";
import { Pause } from "./pause";

/**
 * The bytes of a buffer of bytes, also of one that a Function node's sandbox made; null for
 * anything else, wider typed arrays included.
 */
export function toBytes(value: unknown): Uint8Array | null {
  if (types.isUint8Array(value) && value instanceof Uint8Array) return value;
  // The image library knows the classes of its own realm only.
  if (types.isUint8Array(value) || types.isUint8ClampedArray(value) || types.isDataView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return types.isAnyArrayBuffer(value) ? new Uint8Array(value) : null;
}

/** Little-endian words of 16 bits; an odd byte at the end is left out. */
export function toWords(bytes: Uint8Array): Uint16Array {
  const length = bytes.length >> 1;
  if (bytes.byteOffset % 2 === 0 && endianness() === "LE") {
    return new Uint16Array(bytes.buffer, bytes.byteOffset, length);
  }
  const copy = Buffer.alloc(2 * length);
  copy.set(bytes.subarray(0, 2 * length));
  if (endianness() === "BE") copy.swap16();
  return new Uint16Array(copy.buffer, copy.byteOffset, length);
}

/** Numbers that are looked at to tell what all of them are. */
const HEAD_LENGTH = 4096;

/** The numbers of a typed array that is wider than bytes; null for anything else. */
export function toSamples(value: unknown): Samples | null {
  if (types.isUint16Array(value)) {
    return new Uint16Array(value.buffer, value.byteOffset, value.length);
  }
  const isSamples =
    types.isUint32Array(value) ||
    types.isInt8Array(value) ||
    types.isInt16Array(value) ||
    types.isInt32Array(value) ||
    types.isFloat32Array(value) ||
    types.isFloat64Array(value);
  return isSamples ? value : null;
}

/** Whether a value holds binary data, whichever way. */
export function isBinary(value: unknown): boolean {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || value instanceof Blob;
}

/** Whether a value is a list of numbers, or what JSON leaves of a Buffer or typed array. */
export function isNumbers(value: unknown): boolean {
  return typeof firstNumber(value) === "number";
}

/**
 * The numbers of a list, of `{ type: "Buffer", data: [ … ] }` or of `{ "0": 255, "1": 216, … }`,
 * which is what JSON leaves of a Buffer or typed array: bytes where all fit into one, else 16 bits,
 * else any range. Null: no such form, or not all are numbers.
 */
export async function readNumbers(value: unknown): Promise<Samples | null> {
  if (!isNumbers(value)) return null;
  const list: readonly unknown[] = listOf(value);
  const pause = new Pause();
  let widest = 0;
  for (const entry of list) {
    if (typeof entry !== "number") return null;
    const fits = Number.isInteger(entry) && entry >= 0;
    widest = Math.max(widest, fits ? entry : Infinity);
    if (pause.isDue(1)) await pause.rest();
  }
  const numbers = createSamples(list.length, widest);
  for (let at = 0; at < list.length; at++) {
    numbers[at] = list[at] as number;
    if (pause.isDue(1)) await pause.rest();
  }
  return numbers;
}

function createSamples(length: number, widest: number): Samples {
  if (widest <= 255) return new Uint8Array(length);
  return widest <= 65_535 ? new Uint16Array(length) : new Float64Array(length);
}

/**
 * The bytes that a program whose bytes are signed (-128…127) has written as numbers, judged by the
 * first ones; null: others.
 */
export function fromSignedBytes(numbers: Samples): Uint8Array | null {
  const head = numbers.subarray(0, HEAD_LENGTH);
  const isSigned = head.every((each) => Number.isInteger(each) && each >= -128 && each <= 127);
  return isSigned ? new Uint8Array(Int8Array.from(numbers).buffer) : null;
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return [];
  return Array.isArray(value.data) ? value.data : Object.values(value);
}

function firstNumber(value: unknown): unknown {
  if (Array.isArray(value)) return value[0];
  if (!isRecord(value)) return undefined;
  return value.type === "Buffer" && Array.isArray(value.data) ? value.data[0] : value["0"];
}
