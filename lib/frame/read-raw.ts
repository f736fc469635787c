import { TlacError } from "../errors";
import { isRecord } from "../basics/is-record";
import type { RawImage, Samples } from "./image-source";
import { readNumbers, toBytes, toSamples, toWords } from "./read-bytes";
import { checkSize } from "./refuse";

const CHANNELS = [1, 2, 3, 4] as const;

/** Bits of a sample that are written in two bytes. */
const WIDE_BITS: ReadonlySet<unknown> = new Set([10, 12, 14, 16]);

/**
 * Pixels in an object: `{ data, width, height, channels }`, a canvas' ImageData or a Jimp image
 * (its `bitmap`); without `channels` their number follows from the data. Samples of 16 bits and more
 * come as a typed array, or as bytes (little-endian) with `bits` 10…16. Null: no such object.
 * Throws `BAD_IMAGE` where the sizes do not fit together.
 */
export async function readRaw(input: object, maxPixels: number): Promise<RawImage | null> {
  const bitmap = "bitmap" in input && isRecord(input.bitmap) ? input.bitmap : input;
  if (!isRecord(bitmap) || !("width" in bitmap && "height" in bitmap)) return null;
  const data = await readData(bitmap.data, bitmap.bits);
  if (!data) return null;
  const { width, height } = bitmap;
  const count = findChannels(bitmap, data.length);
  if (!isSide(width) || !isSide(height) || count === undefined) {
    throw new TlacError("BAD_IMAGE", "frame.bad-raw-size", {
      width: String(width),
      height: String(height),
      channels: String(bitmap.channels),
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
  return toWords(samples);
}

/** As they say, else as their data say, else RGBA as in ImageData and Jimp images. */
function findChannels(
  { channels, width, height }: Record<string, unknown>,
  samples: number,
): RawImage["channels"] | undefined {
  const pixels = isSide(width) && isSide(height) ? width * height : 0;
  const given = channels ?? samples / pixels;
  return CHANNELS.find((count) => count === given) ?? (channels === undefined ? 4 : undefined);
}

function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
