import type { Metadata } from "sharp";

import { throwIfClosed, TlacError, toError } from "../errors";
import { boundEncoded, boundRaw, boundUpright, type DecodeRules } from "./bound-image";
import type { BoundedImage } from "./bounded-image";
import {
  checkHeldCost,
  checkJpegCost,
  checkPngCost,
  checkTiffCost,
  checkWholeCost,
} from "./decode-budget";
import { DecodeTime, TooSlow } from "./decode-time";
import { readBmp } from "./formats/bmp";
import { cutGif } from "./formats/gif";
import { readNetpbm } from "./formats/netpbm";
import { stripPng } from "./formats/png";
import { sniffType } from "./formats/sniff-type";
import { mendTiff } from "./formats/mend-tiff";
import { checkTiff, readTiff, type Tiff } from "./formats/tiff";
import { cutAnimation } from "./formats/webp";
import type { FrameRules } from "./frame-options";
import type { EncodedImage, ImageSource } from "./image-source";
import { checkJpeg } from "./jpeg/check-jpeg";
import { mendJpeg, shareUnrefined } from "./jpeg/mend-jpeg";
import { readJpegStructure, type JpegStructure } from "./jpeg/read-structure";
import { hasExif, stripJpeg } from "./jpeg/strip-jpeg";
import { loadSharp } from "./load-sharp";
import { damaged, checkSize, unsupported } from "./refuse";

/** What the sentences about unknown files name. */
export const READ_TYPES = "JPEG, PNG, WebP, GIF, TIFF, BMP, PNM, AVIF";

/** Share of a JPEG that may be missing unseen, as where a camera writes its file a few bytes too short. */
const MAX_LOST = 0.005;

/** How libtiff says that a strip or tile is larger than it takes. */
const PIECE_TOO_LARGE = /cumulated memory allocation|tile size out of range/i;

/** Zeros in a row that coded pixels have only where the picture is even, or lost. */
const ZERO_RUN = Buffer.alloc(256);

/** Decodes (the first picture of an animation); throws `BAD_IMAGE` or `CLOSED`. */
export async function decodeImage(source: ImageSource, rules: FrameRules): Promise<BoundedImage> {
  const { maxSeconds, signal } = rules;
  throwIfClosed(signal);
  const limited: DecodeRules = { ...rules, time: new DecodeTime(maxSeconds, signal) };
  const type = source.kind === "raw" ? "raw" : checkType(source, rules.maxBytes);
  try {
    if (source.kind === "raw") return await boundRaw(source, limited);
    return await decodeEncoded(type, source.bytes, limited);
  } catch (thrown) {
    throw explain(type, thrown, maxSeconds);
  }
}

async function decodeEncoded(
  type: string,
  bytes: Uint8Array,
  rules: DecodeRules,
): Promise<BoundedImage> {
  switch (type) {
    case "BMP":
      return decodeOwn(await readBmp(bytes, rules.maxPixels, rules.time.pause), rules);
    case "PNM":
      return decodeOwn(await readNetpbm(bytes, rules.maxPixels, rules.time.pause), rules);
    case "JPEG":
      return decodeJpeg(bytes, rules);
    case "PNG":
      checkPngCost(bytes);
      return decodeStrictly(type, stripPng(bytes), rules);
    case "WebP":
      return decodeStrictly(type, cutAnimation(bytes), rules);
    case "GIF":
      return decodeStrictly(type, await cutGif(bytes, rules.time.pause), rules);
    case "TIFF":
      return decodeTiff(bytes, rules);
    default:
      return decodeStrictly(type, bytes, rules);
  }
}

/** The type's name; throws unless it is one that we decode. */
function checkType({ bytes }: EncodedImage, maxBytes: number): string {
  if (bytes.length === 0) throw new TlacError("BAD_IMAGE", "frame.empty");
  if (bytes.length > maxBytes) {
    throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: maxBytes });
  }
  const type = sniffType(bytes);
  if (type && !type.hint) return type.name;
  const types = READ_TYPES;
  if (type?.hint) {
    const params = { types, type: type.name, hint: { key: type.hint } };
    throw new TlacError("BAD_IMAGE", "frame.refused-type", params);
  }
  const start = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  throw new TlacError("BAD_IMAGE", "frame.unknown-type", { types, start });
}

/** What a bitmap holds may be a JPEG or PNG, and nothing else in turn. */
async function decodeOwn(source: ImageSource, rules: DecodeRules): Promise<BoundedImage> {
  rules.time.check();
  if (source.kind === "raw") return boundRaw(source, rules);
  const type = checkType(source, rules.maxBytes);
  if (type !== "JPEG" && type !== "PNG") throw damaged("BMP", { key: "frame.bad-header" });
  return decodeEncoded(type, source.bytes, rules);
}

/** `warning`: half a picture is a failure, not a picture with a grey half. */
async function decodeStrictly(
  type: string,
  bytes: Uint8Array,
  rules: DecodeRules,
): Promise<BoundedImage> {
  const header = await readHeader(type, bytes, rules);
  return boundEncoded(bytes, header, { failOn: "warning" }, rules);
}

/**
 * Reading the header costs nothing, however large the picture that it promises. It has no time of its
 * own: what a file may be made of to be long is cut off before, or refused; of what is left, 200 MB of
 * empty AVIF boxes take longest (4 s).
 */
async function readHeader(type: string, bytes: Uint8Array, rules: DecodeRules): Promise<Metadata> {
  const sharp = await loadSharp();
  const header = await sharp(bytes, { limitInputPixels: false }).metadata();
  checkSize(type, header, rules.maxPixels);
  if (["AVIF", "GIF", "WebP"].includes(type)) {
    checkWholeCost({ type, ...header }, bytes, header.bitsPerSample ?? 8);
  }
  rules.time.check();
  return header;
}

/** As it is where the decoder has nothing to say, else mended where nothing of the picture is lost. */
async function decodeJpeg(given: Uint8Array, rules: DecodeRules): Promise<BoundedImage> {
  const { pause } = rules.time;
  const whole = await readJpegStructure(given, pause);
  const bytes = stripJpeg(given, whole);
  const structure = bytes === given ? whole : await readJpegStructure(bytes, pause);
  checkJpeg(structure);
  if (structure.header) checkJpegCost(structure.header, structure.scans.length);
  if (!isSuspicious(bytes, structure)) {
    try {
      return await decodeWholeJpeg(bytes, structure, rules);
    } catch (thrown) {
      if (thrown instanceof TlacError || isTimeout(thrown)) throw thrown;
    }
  }
  rules.time.check();
  const { bytes: mended, lost } = await mendJpeg(bytes, structure, pause);
  if (lost !== null && lost > MAX_LOST) {
    const percent = Math.max(1, Math.round(100 * lost));
    throw damaged("JPEG", { key: "frame.part-lost", params: { percent } });
  }
  const header = await readHeader("JPEG", mended, rules);
  return boundEncoded(mended, header, { failOn: lost ? "error" : "warning" }, rules);
}

/** Without Exif data, the library would read nothing from the header that is not known already. */
async function decodeWholeJpeg(
  bytes: Uint8Array,
  structure: JpegStructure,
  rules: DecodeRules,
): Promise<BoundedImage> {
  const { header } = structure;
  if (!header || hasExif(bytes, structure)) return decodeStrictly("JPEG", bytes, rules);
  checkSize("JPEG", header, rules.maxPixels);
  rules.time.check();
  return boundUpright(bytes, header, "warning", rules);
}

/** Whether the decoder's silence would prove nothing. */
function isSuspicious(bytes: Uint8Array, structure: JpegStructure): boolean {
  const { scans, hasEnd, header } = structure;
  if (!hasEnd || header?.height === 0 || shareUnrefined(bytes, structure) > 0) return true;
  const [first, last] = [scans[0], scans.at(-1)];
  if (!first || !last) return false;
  const data = Buffer.from(bytes.buffer, bytes.byteOffset + first.start, last.end - first.start);
  return data.includes(ZERO_RUN);
}

/** As it is where the decoder has nothing to say, else with a directory that only says what shows. */
async function decodeTiff(given: Uint8Array, rules: DecodeRules): Promise<BoundedImage> {
  const tiff = readTiff(given);
  if (!tiff) return decodeStrictly("TIFF", given, rules);
  checkTiff(tiff);
  if (!tiff.isSignedGrey && !tiff.hasMore) {
    try {
      return await decodeFirst(given, tiff, rules);
    } catch (thrown) {
      if (thrown instanceof TlacError || isTimeout(thrown)) throw thrown;
    }
  }
  rules.time.check();
  const mended = mendTiff(given, tiff);
  return tiff.isSignedGrey ? decodeSigned(mended, tiff, rules) : decodeFirst(mended, tiff, rules);
}

async function decodeFirst(
  bytes: Uint8Array,
  tiff: Tiff,
  rules: DecodeRules,
): Promise<BoundedImage> {
  const header = await readHeader("TIFF", bytes, rules);
  checkTiffCost(header, tiff);
  return boundEncoded(bytes, header, { failOn: "warning", isOpaque: !tiff.hasAlpha }, rules);
}

/** Signed samples that the mended file calls unsigned. */
async function decodeSigned(
  unsigned: Uint8Array,
  tiff: Tiff,
  rules: DecodeRules,
): Promise<BoundedImage> {
  const { width, height } = await readHeader("TIFF", unsigned, rules);
  checkTiffCost({ width, height }, tiff);
  checkHeldCost({ type: "TIFF", width, height }, 4);
  const sharp = await loadSharp();
  const data = await sharp(unsigned, { failOn: "warning", limitInputPixels: false })
    .toColourspace("grey16")
    .raw({ depth: "ushort" })
    .timeout(rules.time.limitStep())
    .toBuffer();
  const samples = new Int16Array(data.buffer, data.byteOffset, data.length / 2);
  return boundRaw({ kind: "raw", data: samples, width, height, channels: 1 }, rules);
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof TooSlow || toError(thrown).message.includes("timeout");
}

function explain(type: string, thrown: unknown, seconds: number): TlacError {
  if (thrown instanceof TlacError) return thrown;
  if (isTimeout(thrown)) return new TlacError("BAD_IMAGE", "frame.too-slow", { type, seconds });
  // What libtiff allows for one piece of a picture, decoded.
  if (type === "TIFF" && PIECE_TOO_LARGE.test(toError(thrown).message)) {
    return unsupported("TIFF with strips or tiles that are too large", "frame.cheaper-tiff");
  }
  // The decoder says the same for each strip and adds where in its code that was.
  const lines = toError(thrown).message.split(/\s*\n\s*/);
  const reason = [...new Set(lines.filter((line) => line !== ""))].slice(0, 3).join("; ");
  return damaged(type, reason.slice(0, 200), thrown);
}
