import type { Sharp as Pipeline } from "sharp";

import { throwIfClosed, TlacError, toError } from "../errors";
import type { Roi } from "./frame";
import type { FrameRules } from "./frame-options";
import type { EncodedImage, ImageSource } from "./image-source";
import { loadSharp } from "./load-sharp";
import { sniffType } from "./sniff-type";

/** Upright opaque sRGB, 3 bytes a pixel, no side longer than the rules allow. */
export interface BoundedImage {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Decodes (the first picture of an animation) in one pass; throws `BAD_IMAGE` or `CLOSED`. */
export async function decodeImage(source: ImageSource, rules: FrameRules): Promise<BoundedImage> {
  throwIfClosed(rules.signal);
  const sharp = await loadSharp();
  const type = source.kind === "encoded" ? checkType(source, rules.maxBytes) : "raw";
  try {
    if (source.kind === "raw") {
      const { data, width, height, channels } = source;
      const pipeline = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
      return await bound(pipeline, { width, height }, rules);
    }
    // Reading the header costs nothing, however large the picture that it promises.
    const header = await sharp(source.bytes, { limitInputPixels: false }).metadata();
    if (header.width * header.height > rules.maxPixels) {
      const { width, height } = header;
      const params = { type, width, height, max: rules.maxPixels };
      throw new TlacError("BAD_IMAGE", "frame.too-many-pixels", params);
    }
    throwIfClosed(rules.signal);
    // `warning`: half a picture is a failure, not a picture with a grey half.
    const pipeline = sharp(source.bytes, {
      failOn: "warning",
      limitInputPixels: rules.maxPixels,
      autoOrient: true,
    });
    return await bound(pipeline, header.autoOrient, rules);
  } catch (thrown) {
    if (thrown instanceof TlacError) throw thrown;
    const reason = toError(thrown).message.replace(/\s+/g, " ");
    throw new TlacError("BAD_IMAGE", "frame.damaged", { type, reason }, { cause: thrown });
  }
}

/** The type's name; throws unless it is one that we decode. */
function checkType({ bytes }: EncodedImage, maxBytes: number): string {
  if (bytes.length === 0) throw new TlacError("BAD_IMAGE", "frame.empty");
  if (bytes.length > maxBytes) {
    throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: maxBytes });
  }
  const type = sniffType(bytes);
  if (type?.accepted) return type.name;
  if (type) throw new TlacError("BAD_IMAGE", "frame.refused-type", { type: type.name });
  const start = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  throw new TlacError("BAD_IMAGE", "frame.unknown-type", { start });
}

async function bound(pipeline: Pipeline, size: Size, rules: FrameRules): Promise<BoundedImage> {
  const { maxSide } = rules;
  const part = rules.roi ? pipeline.extract(toPixels(rules.roi, size)) : pipeline;
  const { data, info } = await part
    .flatten({ background: "#ffffff" })
    .resize({
      width: maxSide,
      height: maxSide,
      fit: "inside",
      withoutEnlargement: true,
      kernel: "cubic",
    })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Every pixel that the region touches, at least one. */
function toPixels(roi: Roi, size: Size): Roi {
  const left = Math.min(Math.floor(roi.left * size.width), size.width - 1);
  const top = Math.min(Math.floor(roi.top * size.height), size.height - 1);
  const right = Math.min(Math.ceil((roi.left + roi.width) * size.width), size.width);
  const bottom = Math.min(Math.ceil((roi.top + roi.height) * size.height), size.height);
  return { left, top, width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) };
}
