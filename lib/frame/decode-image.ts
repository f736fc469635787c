import type { Metadata } from "sharp";

import { throwIfClosed, TlacError, toError } from "../errors";
import { boundEncoded, boundRaw } from "./bound-image";
import type { BoundedImage } from "./bounded-image";
import {
  checkHeldCost,
  checkJpegCost,
  checkPngCost,
  checkTiffCost,
  checkWholeCost,
  MAX_SECONDS,
} from "./decode-budget";
import { readBmp } from "./formats/bmp";
import { readNetpbm } from "./formats/netpbm";
import { stripPng } from "./formats/png";
import { sniffType } from "./formats/sniff-type";
import { callUnsigned, checkTiff, cutPages, readTiffHeader } from "./formats/tiff";
import { cutAnimation } from "./formats/webp";
import type { FrameRules } from "./frame-options";
import type { EncodedImage, ImageSource, RawImage } from "./image-source";
import { checkJpeg } from "./jpeg/check-jpeg";
import { mendJpeg } from "./jpeg/mend-jpeg";
import { readJpegStructure, type JpegStructure } from "./jpeg/read-structure";
import { loadSharp } from "./load-sharp";
import { damaged, checkSize } from "./refuse";

/** What the sentences about unknown files name. */
export const READ_TYPES = "JPEG, PNG, WebP, GIF, TIFF, BMP, PNM, AVIF";

/** Share of a JPEG that may be missing unseen, as where a camera writes its file a few bytes too short. */
const MAX_LOST = 0.005;

/** Zeros in a row that coded pixels have only where the picture is even, or lost. */
const ZERO_RUN = Buffer.alloc(256);

/** Decodes (the first picture of an animation); throws `BAD_IMAGE` or `CLOSED`. */
export async function decodeImage(source: ImageSource, rules: FrameRules): Promise<BoundedImage> {
  throwIfClosed(rules.signal);
  if (source.kind === "raw") return boundRaw(source, rules);
  const type = checkType(source, rules.maxBytes);
  const { bytes } = source;
  try {
    switch (type) {
      case "BMP":
        return await decodeOwn(await readBmp(bytes, rules.maxPixels), rules);
      case "PNM":
        return await decodeOwn(await readNetpbm(bytes, rules.maxPixels), rules);
      case "JPEG":
        return await decodeJpeg(bytes, rules);
      case "PNG":
        checkPngCost(bytes);
        return await decodeStrictly(type, stripPng(bytes), rules);
      case "WebP":
        return await decodeStrictly(type, cutAnimation(bytes), rules);
      case "TIFF":
        return await decodeTiff(bytes, rules);
      default:
        return await decodeStrictly(type, bytes, rules);
    }
  } catch (thrown) {
    throw explain(type, thrown);
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

async function decodeOwn(source: ImageSource, rules: FrameRules): Promise<BoundedImage> {
  throwIfClosed(rules.signal);
  if (source.kind === "raw") return boundRaw(source, rules);
  const type = checkType(source, rules.maxBytes);
  if (type === "JPEG") return decodeJpeg(source.bytes, rules);
  return decodeStrictly(type, source.bytes, rules);
}

/** `warning`: half a picture is a failure, not a picture with a grey half. */
async function decodeStrictly(
  type: string,
  bytes: Uint8Array,
  rules: FrameRules,
): Promise<BoundedImage> {
  const header = await readHeader(type, bytes, rules);
  return boundEncoded(bytes, header, { failOn: "warning" }, rules);
}

/** Reading the header costs nothing, however large the picture that it promises. */
async function readHeader(type: string, bytes: Uint8Array, rules: FrameRules): Promise<Metadata> {
  const sharp = await loadSharp();
  const header = await sharp(bytes, { limitInputPixels: false }).metadata();
  checkSize(type, header, rules.maxPixels);
  if (["AVIF", "GIF", "WebP"].includes(type)) {
    checkWholeCost({ type, ...header }, bytes, header.bitsPerSample ?? 8);
  }
  throwIfClosed(rules.signal);
  return header;
}

/** As it is where the decoder has nothing to say, else mended where nothing of the picture is lost. */
async function decodeJpeg(bytes: Uint8Array, rules: FrameRules): Promise<BoundedImage> {
  const structure = await readJpegStructure(bytes);
  checkJpeg(structure);
  if (structure.header) checkJpegCost(structure.header, structure.scans.length);
  if (!isSuspicious(bytes, structure)) {
    try {
      return await decodeStrictly("JPEG", bytes, rules);
    } catch (thrown) {
      if (thrown instanceof TlacError || isTimeout(thrown)) throw thrown;
    }
  }
  throwIfClosed(rules.signal);
  const { bytes: mended, lost } = await mendJpeg(bytes, structure);
  if (lost !== null && lost > MAX_LOST) {
    const percent = Math.max(1, Math.round(100 * lost));
    throw damaged("JPEG", { key: "frame.part-lost", params: { percent } });
  }
  const header = await readHeader("JPEG", mended, rules);
  return boundEncoded(mended, header, { failOn: lost ? "error" : "warning" }, rules);
}

/** Whether the decoder's silence would prove nothing. */
function isSuspicious(bytes: Uint8Array, { scans, hasEnd, header }: JpegStructure): boolean {
  if (!hasEnd || header?.height === 0) return true;
  const [first, last] = [scans[0], scans.at(-1)];
  if (!first || !last) return false;
  const data = Buffer.from(bytes.buffer, bytes.byteOffset + first.start, last.end - first.start);
  return data.includes(ZERO_RUN);
}

async function decodeTiff(given: Uint8Array, rules: FrameRules): Promise<BoundedImage> {
  const tiff = readTiffHeader(given);
  if (tiff) checkTiff(tiff);
  const bytes = tiff ? cutPages(given, tiff) : given;
  const header = await readHeader("TIFF", bytes, rules);
  if (tiff) checkTiffCost(header, tiff);
  if (header.depth !== "short" || tiff?.sampleFormatAt === null || !tiff) {
    return boundEncoded(bytes, header, { failOn: "warning" }, rules);
  }
  return boundRaw(await readSigned(callUnsigned(bytes, tiff), header), rules);
}

/** Signed 16-bit samples, which the image library would cut off at 0. */
async function readSigned(unsigned: Buffer, header: Metadata): Promise<RawImage> {
  const { width, height } = header;
  checkHeldCost({ type: "TIFF", width, height }, 4);
  const sharp = await loadSharp();
  const data = await sharp(unsigned, { failOn: "warning", limitInputPixels: false })
    .toColourspace("grey16")
    .raw({ depth: "ushort" })
    .timeout({ seconds: MAX_SECONDS })
    .toBuffer();
  const samples = new Int16Array(data.buffer, data.byteOffset, data.length / 2);
  return { kind: "raw", data: samples, width, height, channels: 1 };
}

function isTimeout(thrown: unknown): boolean {
  return toError(thrown).message.includes("timeout");
}

function explain(type: string, thrown: unknown): TlacError {
  if (thrown instanceof TlacError) return thrown;
  if (isTimeout(thrown))
    return new TlacError("BAD_IMAGE", "frame.too-slow", { type, seconds: MAX_SECONDS });
  // The decoder says the same for each strip and adds where in its code that was.
  const lines = toError(thrown).message.split(/\s*\n\s*/);
  const reason = [...new Set(lines.filter((line) => line !== ""))].slice(0, 3).join("; ");
  return damaged(type, reason.slice(0, 200), thrown);
}
