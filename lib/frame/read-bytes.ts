import { types } from "node:util";

import { isRecord } from "../basics/is-record";
import type { Samples } from "./image-source";
import { Pause } from "./pause";

/**
 * The bytes of a buffer of bytes, also of one that a Function node's sandbox made; null for
 * anything else, wider typed arrays included.
 */
export function toBytes(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  // The image library knows the classes of its own realm only.
  if (types.isUint8Array(value) || types.isUint8ClampedArray(value) || types.isDataView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return types.isAnyArrayBuffer(value) ? new Uint8Array(value) : null;
}

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
  const numbers = list as readonly number[];
  if (widest <= 255) return Uint8Array.from(numbers);
  return widest <= 65_535 ? Uint16Array.from(numbers) : Float64Array.from(numbers);
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
