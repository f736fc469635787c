import { TlacError } from "../errors";
import { sniffType } from "./formats/sniff-type";
import type { FrameRules } from "./frame-options";
import type { ImageSource } from "./image-source";
import { fromSignedBytes, isNumbers, readNumbers, toBytes } from "./read-bytes";
import { readRaw } from "./read-raw";
import { readText } from "./read-text";
import { unwrapBytes } from "./unwrap-bytes";

/**
 * One image in whatever form it came, ready for the decoder. Throws `BAD_IMAGE`, and `BAD_MESSAGE`
 * for a value that is no form of image.
 */
export async function readSource(input: unknown, rules: FrameRules): Promise<ImageSource> {
  const bytes = await readEncoded(input, rules);
  if (bytes) return { kind: "encoded", bytes: await unwrapBytes(bytes, rules.maxBytes) };
  const raw =
    typeof input === "object" && input !== null ? await readRaw(input, rules.maxPixels) : null;
  if (raw) return raw;
  throw new TlacError("BAD_MESSAGE", "frame.no-image", { type: describeType(input) });
}

/** What a file holds, if the input is that; null: another form. */
async function readEncoded(input: unknown, rules: FrameRules): Promise<Uint8Array | null> {
  if (typeof input === "string") return readText(input, rules);
  if (input instanceof Blob) {
    if (input.size <= rules.maxBytes) return new Uint8Array(await input.arrayBuffer());
    throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: rules.maxBytes });
  }
  const bytes = toBytes(input);
  if (bytes || !isNumbers(input)) return bytes;
  const numbers = await readNumbers(input);
  const file = numbers instanceof Uint8Array ? numbers : numbers && fromSignedBytes(numbers);
  // Over JSON a part of a stream comes as numbers too.
  const inner = file && (await unwrapBytes(file, rules.maxBytes));
  if (inner && sniffType(inner)) return inner;
  throw new TlacError("BAD_IMAGE", "frame.byte-array");
}

function describeType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  const keys = Object.keys(value);
  const shown = keys.slice(0, 5).join(", ");
  return `object { ${keys.length > 5 ? `${shown}, …` : shown} }`;
}
