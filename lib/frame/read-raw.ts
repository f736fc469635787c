import { TlacError } from "../errors";
import { isRecord } from "../basics/is-record";
import type { RawImage, Samples } from "./image-source";
import { readNumbers, toBytes, toSamples } from "./read-bytes";
import { checkSize } from "./refuse";

const CHANNELS = [1, 2, 3, 4] as const;

/** Bits of a sample that are written in two bytes. */
const WIDE_BITS: ReadonlySet<unknown> = new Set([10, 12, 14, 16]);

/**
 * Pixels in an object: `{ data, width, height, channels }`, a canvas' ImageData or a Jimp image
 * (its `bitmap`); without `channels` they are RGBA, as in the latter two. Samples of 16 bits and
 * more come as a typed array, or as bytes (little-endian) with `bits` 10…16. Null: no such object.
 * Throws `BAD_IMAGE` where the sizes do not fit together.
 */
export async function readRaw(input: object, maxPixels: number): Promise<RawImage | null> {
  const bitmap = "bitmap" in input && isRecord(input.bitmap) ? input.bitmap : input;
  if (!isRecord(bitmap) || !("width" in bitmap && "height" in bitmap)) return null;
  const data = await readData(bitmap.data, bitmap.bits);
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
  checkSize("raw", { width, height }, maxPixels);
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

async function readData(value: unknown, bits: unknown): Promise<Samples | null> {
  const samples = toBytes(value) ?? toSamples(value) ?? (await readNumbers(value));
  if (!(samples instanceof Uint8Array) || !WIDE_BITS.has(bits)) return samples;
  const view = new DataView(samples.buffer, samples.byteOffset, samples.length);
  return Uint16Array.from({ length: samples.length >> 1 }, (_, at) => view.getUint16(2 * at, true));
}

function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
