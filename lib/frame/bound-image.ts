import type { FailOnOptions, Metadata, Sharp as Pipeline } from "sharp";

import type { BoundedImage } from "./bounded-image";
import { checkHeldCost } from "./decode-budget";
import type { DecodeTime } from "./decode-time";
import type { FrameRules } from "./frame-options";
import type { RawImage } from "./image-source";
import { loadSharp } from "./load-sharp";
import type { Size } from "./rectangle";
import { quantise, showNumbers, type Units } from "./show-numbers";
import { locateRegion, turnOf, type Turn } from "./upright";

/** Of one picture. */
export type DecodeRules = Pick<FrameRules, "roi" | "maxSide" | "maxPixels" | "maxBytes"> & {
  readonly time: DecodeTime;
};

interface DecodeOptions {
  readonly failOn: FailOnOptions;
  /** Channels beyond the colours are measurements, not transparency (false). */
  readonly isOpaque?: boolean;
}

/** Decodes what the image library reads, in one pass where the format allows it. */
export async function boundEncoded(
  bytes: Uint8Array,
  header: Metadata,
  { failOn, isOpaque = false }: DecodeOptions,
  rules: DecodeRules,
): Promise<BoundedImage> {
  const sharp = await loadSharp();
  const open = (): Pipeline => {
    const pipeline = sharp(bytes, { failOn, limitInputPixels: false });
    return isOpaque ? pipeline.removeAlpha() : pipeline;
  };
  const turn = turnOf(header.orientation);
  if (header.depth === "uchar") return bound(open(), header, turn, rules, isOpaque);
  if (header.depth === "ushort") return boundDeep(open(), header, turn, undefined, rules);
  const held = await holdNumbers(open(), header, rules);
  return boundNumbers(held, turn, rules);
}

/** An encoded picture of 8 bits that stands upright. */
export async function boundUpright(
  bytes: Uint8Array,
  size: Size,
  failOn: FailOnOptions,
  rules: DecodeRules,
): Promise<BoundedImage> {
  const sharp = await loadSharp();
  return bound(sharp(bytes, { failOn, limitInputPixels: false }), size, turnOf(1), rules);
}

/** Pixels that are decoded already. */
export async function boundRaw(raw: RawImage, rules: DecodeRules): Promise<BoundedImage> {
  const { data, width, height, channels } = raw;
  const upright = turnOf(1);
  if (!(data instanceof Uint8Array)) return boundNumbers(raw, upright, rules);
  const sharp = await loadSharp();
  const pipeline = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  return bound(pipeline, raw, upright, rules);
}

async function boundNumbers(raw: RawImage, turn: Turn, rules: DecodeRules): Promise<BoundedImage> {
  const { width, height, channels } = raw;
  if (!(raw.data instanceof Uint16Array))
    checkHeldCost({ type: "raw", width, height }, 2 * channels);
  const { data, units } =
    raw.data instanceof Uint16Array
      ? { data: raw.data, units: undefined }
      : await quantise(raw.data, rules.time.pause);
  const sharp = await loadSharp();
  const pipeline = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  return boundDeep(pipeline, raw, turn, units, rules);
}

/** All samples of a picture of numbers that are neither 8 nor 16 unsigned bits. */
async function holdNumbers(
  pipeline: Pipeline,
  header: Metadata,
  { time }: DecodeRules,
): Promise<RawImage> {
  checkHeldCost({ type: header.format, ...header }, 8 * header.channels);
  const isColour = header.channels - (header.hasAlpha ? 1 : 0) >= 3;
  const { data, info } = await pipeline
    .removeAlpha()
    .toColourspace(isColour && header.depth === "float" ? "scrgb" : isColour ? "srgb" : "b-w")
    .raw({ depth: "float" })
    .timeout(time.limitStep())
    .toBuffer({ resolveWithObject: true });
  const numbers = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const channels = info.channels === 1 ? 1 : 3;
  return { kind: "raw", data: numbers, width: info.width, height: info.height, channels };
}

async function bound(
  pipeline: Pipeline,
  size: Size,
  turn: Turn,
  rules: DecodeRules,
  isOpaque = false,
): Promise<BoundedImage> {
  const shrunk = shrink(cutOut(pipeline, size, turn, rules), rules);
  // Laying on white counts every further channel as transparency.
  const { data, info } = await (isOpaque ? shrunk : shrunk.flatten({ background: "#ffffff" }))
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return turnUpright({ data, width: info.width, height: info.height }, turn);
}

/** 16 bits until the range that matters is known. */
async function boundDeep(
  pipeline: Pipeline,
  size: Size,
  turn: Turn,
  units: Units | undefined,
  rules: DecodeRules,
): Promise<BoundedImage> {
  const { data, info } = await shrink(cutOut(pipeline, size, turn, rules), rules)
    .toColourspace("rgb16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  const numbers = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  const deep = { data: numbers, channels: info.channels, units };
  const shown = await showNumbers(deep, rules.time.pause);
  return turnUpright({ ...shown, width: info.width, height: info.height }, turn);
}

function cutOut(pipeline: Pipeline, size: Size, turn: Turn, rules: DecodeRules): Pipeline {
  return rules.roi ? pipeline.extract(locateRegion(rules.roi, size, turn)) : pipeline;
}

function shrink(pipeline: Pipeline, { maxSide, time }: DecodeRules): Pipeline {
  return pipeline.timeout(time.limitStep()).resize({
    width: maxSide,
    height: maxSide,
    fit: "inside",
    withoutEnlargement: true,
    kernel: "cubic",
  });
}

/** Turned last: a large picture that is turned while it is decoded is held as a whole. */
async function turnUpright(image: BoundedImage, turn: Turn): Promise<BoundedImage> {
  if (!turn.mirror && turn.degrees === 0) return image;
  const sharp = await loadSharp();
  const { width, height } = image;
  const stored = sharp(image.data, {
    raw: { width, height, channels: 3 },
    limitInputPixels: false,
  });
  const { data, info } = await stored
    .flop(turn.mirror)
    .rotate(turn.degrees)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { ...image, data, width: info.width, height: info.height };
}
