import { throwIfClosed, TlacError } from "../errors";
import type { BoundedImage } from "./bounded-image";
import { createFrame } from "./create-frame";
import { decodeFirst } from "./decode-pool";
import { decodeImage } from "./decode-image";
import type { Frame } from "./frame";
import { readFrameOptions, type FrameOptions, type FrameRules } from "./frame-options";
import type { ImageSource } from "./image-source";
import { isNumbers } from "./read-bytes";
import { readSource } from "./read-source";

export type { FrameOptions, InTurn, ReadAccess } from "./frame-options";

/** Images that one message may bring: each keeps its JPEG until the last one is judged. */
const MAX_BATCH = 100;

/** Bytes that the texts of one message may stand for: they wait together until they are decoded. */
const MAX_BATCH_BYTES = 256 * 1024 ** 2;

/** Images whose bytes are here, and not decoded yet. */
export interface LoadedImages {
  /** They came as an array. */
  readonly batch: boolean;
  /**
   * In their order. Throws `BAD_IMAGE`, `CLOSED` by the signal, which stands for that of the options
   * until the frames are there.
   */
  readonly decode: (signal?: AbortSignal) => Promise<Frame[]>;
}

/**
 * Turns what a message carries into Frames: a Buffer, base64, a data URL, raw pixels, a Jimp image,
 * where `access` allows it a path or URL, or an array of these (`batch`). Throws `BAD_IMAGE` for an
 * image that cannot be used, `BAD_MESSAGE` for a value that is no form of image, `BAD_CONFIG` for a
 * bad option, `CLOSED` once the signal fires.
 */
export async function readFrames(
  input: unknown,
  options: FrameOptions = {},
): Promise<{ frames: Frame[]; batch: boolean }> {
  const { batch, decode } = await loadImages(input, options);
  return { frames: await decode(), batch };
}

/** The first half of `readFrames`: all that may wait for a disk or a camera, and throws as that does. */
export async function loadImages(input: unknown, options: FrameOptions): Promise<LoadedImages> {
  const rules = readFrameOptions(options);
  throwIfClosed(rules.signal);
  if (!Array.isArray(input) || isNumbers(input)) {
    const source = await readSource(input, rules);
    return { batch: false, decode: async (signal) => [await decodeFrame(source, rules, signal)] };
  }
  const items: readonly unknown[] = input;
  if (items.length === 0) throw new TlacError("BAD_MESSAGE", "frame.empty-batch");
  if (items.length > MAX_BATCH) {
    // Bytes that a program has written as texts.
    if (typeof items[0] === "string" && /^-?\d{1,3}$/.test(items[0])) {
      throw new TlacError("BAD_IMAGE", "frame.byte-array");
    }
    const params = { count: items.length, most: MAX_BATCH };
    throw new TlacError("BAD_MESSAGE", "frame.long-batch", params);
  }
  let bytes = 0;
  const sources = await forEachImage(items, async (item) => {
    throwIfClosed(rules.signal);
    const source = await readSource(item, rules);
    if (typeof item === "string" && source.kind === "encoded") bytes += source.bytes.length;
    if (bytes <= MAX_BATCH_BYTES) return source;
    throw new TlacError("BAD_MESSAGE", "frame.heavy-batch", { max: MAX_BATCH_BYTES });
  });
  // One by one: a decoded input may take hundreds of megabytes until it is bounded.
  const decode = (signal?: AbortSignal): Promise<Frame[]> =>
    forEachImage(sources, async (source) => {
      const frame = await decodeFrame(source, rules, signal);
      // Its pixels would lie about until all others are there.
      frame.rest();
      return frame;
    });
  return { batch: true, decode };
}

/** What is wrong with one image says which one it is. */
async function forEachImage<T, U>(
  items: readonly T[],
  work: (item: T) => Promise<U>,
): Promise<U[]> {
  const done: U[] = [];
  for (const [index, item] of items.entries()) {
    try {
      done.push(await work(item));
    } catch (thrown) {
      if (!(thrown instanceof TlacError) || thrown.code === "CLOSED") throw thrown;
      const reason = { key: thrown.key, params: thrown.params };
      const params = { number: index + 1, count: items.length, reason };
      throw new TlacError(thrown.code, "frame.batch-item", params, { cause: thrown });
    }
  }
  return done;
}

async function decodeFrame(
  source: ImageSource,
  rules: FrameRules,
  signal = rules.signal,
): Promise<Frame> {
  throwIfClosed(signal);
  const decode = (signal: AbortSignal | undefined): Promise<BoundedImage> =>
    decodeImage(source, { ...rules, signal });
  return rules.inTurn(async () => {
    const image = await decode(signal);
    throwIfClosed(signal);
    const again = () => decodeFirst(() => decode(rules.signal), rules.signal);
    return createFrame(image, rules.jpegQuality, again);
  }, signal);
}
