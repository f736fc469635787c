import { throwIfClosed, TlacError } from "../errors";
import { createFrame } from "./create-frame";
import { decodeImage } from "./decode-image";
import type { Frame } from "./frame";
import { readFrameOptions, type FrameOptions, type FrameRules } from "./frame-options";
import type { ImageSource } from "./image-source";
import { toBytes } from "./read-bytes";
import { readRaw } from "./read-raw";
import { readText } from "./read-text";

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
  if (!Array.isArray(input)) return { frames: [await readFrame(input, rules)], batch: false };
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

async function readSource(input: unknown, rules: FrameRules): Promise<ImageSource> {
  if (typeof input === "string") return { kind: "encoded", bytes: await readText(input, rules) };
  const bytes = toBytes(input);
  if (bytes) return { kind: "encoded", bytes };
  const raw = typeof input === "object" && input !== null ? readRaw(input, rules.maxPixels) : null;
  if (raw) return raw;
  throw new TlacError("BAD_MESSAGE", "frame.no-image", { type: describeType(input) });
}

function describeType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  const keys = Object.keys(value);
  const shown = keys.slice(0, 5).join(", ");
  return `object { ${keys.length > 5 ? `${shown}, …` : shown} }`;
}
