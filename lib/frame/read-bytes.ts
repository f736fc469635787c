import type { Samples } from "./image-source";

/** The bytes of a buffer of bytes; null for anything else, wider typed arrays included. */
export function toBytes(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (value instanceof Uint8ClampedArray || value instanceof DataView) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
    return new Uint8Array(value);
  return null;
}

/** The numbers of a typed array that is wider than bytes. */
export function toSamples(value: unknown): Samples | null {
  const isSamples =
    value instanceof Uint16Array ||
    value instanceof Uint32Array ||
    value instanceof Int8Array ||
    value instanceof Int16Array ||
    value instanceof Int32Array ||
    value instanceof Float32Array ||
    value instanceof Float64Array;
  return isSamples ? value : null;
}
