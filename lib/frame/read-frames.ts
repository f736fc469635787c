import { throwIfClosed, TlacError } from "../errors";
import { createFrame } from "./create-frame";
import { decodeImage } from "./decode-image";
import type { Frame } from "./frame";
import { readFrameOptions, type FrameOptions, type FrameRules } from "./frame-options";
import { isNumbers } from "./read-bytes";
import { readSource } from "./read-source";

export type { FrameOptions, ReadAccess } from "./frame-options";

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
  const rules = readFrameOptions(options);
  if (!Array.isArray(input) || isNumbers(input))
    return { frames: [await readFrame(input, rules)], batch: false };
  const items: readonly unknown[] = input;
  if (items.length === 0) throw new TlacError("BAD_MESSAGE", "frame.empty-batch");
  const frames: Frame[] = [];
  // One by one: a decoded input may take hundreds of megabytes until it is bounded.
  for (const [index, item] of items.entries()) {
    try {
      frames.push(await readFrame(item, rules));
    } catch (thrown) {
      if (!(thrown instanceof TlacError) || thrown.code === "CLOSED") throw thrown;
      const reason = { key: thrown.key, params: thrown.params };
      const params = { number: index + 1, count: items.length, reason };
      throw new TlacError(thrown.code, "frame.batch-item", params, { cause: thrown });
    }
  }
  return { frames, batch: true };
}

async function readFrame(input: unknown, rules: FrameRules): Promise<Frame> {
  throwIfClosed(rules.signal);
  const source = await readSource(input, rules);
  const image = await decodeImage(source, rules);
  throwIfClosed(rules.signal);
  return createFrame(image, rules.jpegQuality);
}
