import { createHash } from "node:crypto";
import { corruptWebp, illegalBase64, undecodableImage } from "./errors";
import type { Profile } from "./profiles";

export type ImageFormat =
  "jpeg" | "png" | "gif" | "bmp" | "webp" | "tiff" | "heic" | "avif" | "svg" | "unknown";

/** An image as it arrived, for the journal and the brain. */
export interface ReceivedImage {
  readonly bytes: Buffer;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly format: ImageFormat;
}

/** What the bytes themselves say; no name and no declared type is believed. */
export function sniffImage(bytes: Buffer): ImageFormat {
  const at = (start: number, end: number): string => bytes.toString("latin1", start, end);
  if (at(0, 3) === "\xff\xd8\xff") return "jpeg";
  if (at(0, 8) === "\x89PNG\r\n\x1a\n") return "png";
  if (at(0, 6) === "GIF87a" || at(0, 6) === "GIF89a") return "gif";
  if (at(0, 4) === "RIFF" && at(8, 12) === "WEBP") return "webp";
  if (at(0, 4) === "II*\0" || at(0, 4) === "MM\0*") return "tiff";
  if (at(4, 8) === "ftyp") return at(8, 12).startsWith("avi") ? "avif" : "heic";
  if (at(0, 2) === "BM") return "bmp";
  return /^\s*<(\?xml|svg)/.test(at(0, 100)) ? "svg" : "unknown";
}

const STANDARD = /^[A-Za-z0-9+/]*={0,2}$/;
const ALPHABET = /[A-Za-z0-9+/]/;

/** Where Go's strict decoder stops, or -1 for a good text; line breaks count but do not matter. */
function findIllegalByte(text: string): number {
  let inQuantum = 0;
  let position = 0;
  const skipLineBreaks = (): void => {
    while (text[position] === "\r" || text[position] === "\n") position++;
  };
  for (;;) {
    skipLineBreaks();
    const char = text[position];
    if (char === undefined) return inQuantum === 0 ? -1 : position - inQuantum;
    if (ALPHABET.test(char)) {
      position++;
      inQuantum = (inQuantum + 1) % 4;
      continue;
    }
    if (char !== "=" || inQuantum < 2) return position;
    position++;
    if (inQuantum === 2) {
      skipLineBreaks();
      if (position === text.length) return position;
      if (text[position] !== "=") return position - 1;
      position++;
    }
    skipLineBreaks();
    return position < text.length ? position : -1;
  }
}

/** Decodes as Go's `base64.StdEncoding`. Throws the 400 with the offset of the first bad byte. */
export function decodeBase64(text: string): Buffer {
  // The common case by regular expression: a megabyte of image is not walked byte by byte.
  if (text.length % 4 !== 0 || !STANDARD.test(text)) {
    const offset = findIllegalByte(text);
    if (offset >= 0) throw illegalBase64(offset);
  }
  return Buffer.from(text, "base64");
}

/** Describes decoded bytes. */
export function describeImage(bytes: Buffer): ReceivedImage {
  return {
    bytes,
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    format: sniffImage(bytes),
  };
}

/** Throws the version's own error where its decoder would fail. */
export function checkDecodable({ bytes, format }: ReceivedImage, profile: Profile): void {
  if (format === "webp" && profile.webp) {
    // The RIFF header of 12 bytes is followed by chunks, each with a header of 8.
    if (bytes.length < 20) throw corruptWebp("header");
    if (bytes.readUInt32LE(4) + 8 > bytes.length) throw corruptWebp("data");
    return;
  }
  const isWhole = format !== "jpeg" || isWholeJpeg(bytes);
  if (!isWhole || !["jpeg", "png", "gif", "bmp"].includes(format)) throw undecodableImage(profile);
}

/** Whether its segments lead to a scan and the scan to its end (ITU-T T.81, B.1.1). */
function isWholeJpeg(bytes: Buffer): boolean {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1];
    if (marker === 0xff) at += 1;
    else if (marker === 0xda) return bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) > at;
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return false;
}
