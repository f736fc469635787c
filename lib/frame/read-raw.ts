import { isRecord } from "../basics/is-record";
import { TlacError } from "../errors";
import type { RawImage } from "./image-source";

const CHANNELS = [1, 2, 3, 4] as const;

/**
 * Pixels in an object: `{ data, width, height, channels }`, a canvas' ImageData or a Jimp image
 * (its `bitmap`); without `channels` they are RGBA, as in the latter two. Null: no such object.
 * Throws `BAD_IMAGE` where the sizes do not fit together.
 */
export function readRaw(input: object, maxPixels: number): RawImage | null {
  const bitmap = "bitmap" in input && isRecord(input.bitmap) ? input.bitmap : input;
  if (!isRecord(bitmap) || !("width" in bitmap && "height" in bitmap)) return null;
  const data = toBytes(bitmap.data);
  if (!data) return null;
  const { width, height, channels = 4 } = bitmap;
  const count = CHANNELS.find((channel) => channel === channels);
  if (!isSide(width) || !isSide(height) || count === undefined) {
    throw new TlacError("BAD_IMAGE", "frame.bad-raw-size", {
      width: String(width),
      height: String(height),
      channels: String(channels),
    });
  }
  if (width * height > maxPixels) {
    throw new TlacError("BAD_IMAGE", "frame.too-many-pixels", {
      type: "raw",
      width,
      height,
      max: maxPixels,
    });
  }
  const expected = width * height * count;
  if (data.length !== expected) {
    throw new TlacError("BAD_IMAGE", "frame.bad-raw-length", {
      width,
      height,
      channels: count,
      expected,
      actual: data.length,
    });
  }
  return { kind: "raw", data, width, height, channels: count };
}

/** The bytes of a buffer of bytes; null for anything else, wider typed arrays included. */
export function toBytes(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (value instanceof Uint8ClampedArray) {
    return new Uint8Array(value.buffer, value.byteOffset, value.length);
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return null;
}

function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
