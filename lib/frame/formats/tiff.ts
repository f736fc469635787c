import type { MessageKey } from "../../i18n/catalogue";
import { unsupported } from "../refuse";

/** What the first picture of a TIFF file says of itself, as far as the decoder needs to be told. */
export interface TiffHeader {
  readonly compression: number;
  readonly bits: number;
  /** 1 unsigned, 2 signed, 3 floating-point. */
  readonly sampleFormat: number;
  /** Where the sample format's first value stands, to be changed in a copy; null: none. */
  readonly sampleFormatAt: number | null;
  readonly littleEndian: boolean;
  /** Bytes of one strip or one row of tiles, decoded. */
  readonly pieceBytes: number;
  /** Bytes of all pixels, decoded. */
  readonly pixelBytes: number;
  /** Where the place of the next picture's directory stands; null: there is no other picture. */
  readonly nextAt: number | null;
  readonly nextBytes: number;
  readonly photometric: number;
  /** As the camera's maker writes it. */
  readonly make: string;
  /** A digital negative. */
  readonly isDng: boolean;
}

/** Compressions that the prebuilt image library reads: none, CCITT, LZW, JPEG, Deflate, PackBits, WebP. */
const READ = new Set([1, 2, 3, 4, 5, 7, 8, 32_773, 32_946, 50_001]);

const COMPRESSIONS: Readonly<Record<number, string>> = {
  6: "old-style JPEG",
  34_661: "JBIG",
  34_676: "LogLuv",
  34_677: "LogLuv",
  34_712: "JPEG 2000",
  34_887: "LERC",
  34_892: "lossy DNG",
  34_925: "LZMA",
  50_000: "Zstandard",
  50_002: "JPEG XL",
  52_546: "JPEG XL",
};

/** Colour filter array and linear raw: what a sensor saw, before it became a picture. */
const RAW_PHOTOMETRIC = new Set([32_803, 34_892]);

const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  make: 271,
  samples: 277,
  rowsPerStrip: 278,
  tileHeight: 323,
  sampleFormat: 339,
  dngVersion: 50_706,
} as const;

/** Bytes of one value by its type number, as far as such types are read here. */
const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 16: 8 };

/** The first directory of a TIFF or BigTIFF file; null where it cannot be read. */
export function readTiffHeader(bytes: Uint8Array): TiffHeader | null {
  try {
    return readDirectory(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (thrown) {
    // An offset that leads out of the file: the decoder will say so.
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** Throws `BAD_IMAGE` for a TIFF that the image library would call damaged though it is not. */
export function checkTiff(header: TiffHeader): void {
  const { compression, bits, sampleFormat, photometric, make, isDng } = header;
  const refuse = (form: string, hint: MessageKey): never => {
    throw unsupported(form, hint);
  };
  if (isDng || RAW_PHOTOMETRIC.has(photometric)) {
    refuse(`camera raw (${isDng ? "DNG" : make || "TIFF"})`, "frame.convert-raw");
  }
  if (!READ.has(compression)) {
    const name = COMPRESSIONS[compression] ?? `compression ${compression}`;
    refuse(`TIFF (${name})`, "frame.convert-tiff");
  }
  const isFloat = sampleFormat === 3;
  if (isFloat ? bits !== 32 : ![1, 2, 4, 8, 16, 32].includes(bits)) {
    refuse(`TIFF of ${bits}-bit ${isFloat ? "floats" : "samples"}`, "frame.convert-depth");
  }
}

/** A copy whose signed samples are called unsigned, so that the decoder keeps those below 0. */
export function callUnsigned(bytes: Uint8Array, header: TiffHeader): Buffer {
  const copy = Buffer.from(bytes);
  if (header.sampleFormatAt === null) return copy;
  if (header.littleEndian) copy.writeUInt16LE(1, header.sampleFormatAt);
  else copy.writeUInt16BE(1, header.sampleFormatAt);
  return copy;
}

/** A copy that ends with its first picture: a file may list thousands, which the decoder counts. */
export function cutPages(bytes: Uint8Array, { nextAt, nextBytes }: TiffHeader): Uint8Array {
  if (nextAt === null) return bytes;
  const copy = Buffer.from(bytes);
  return copy.fill(0, nextAt, nextAt + nextBytes);
}

function readDirectory(file: Buffer): TiffHeader {
  const littleEndian = file[0] === 0x49;
  const read = (at: number, size: number): number => {
    if (size === 8)
      return Number(littleEndian ? file.readBigUInt64LE(at) : file.readBigUInt64BE(at));
    return littleEndian ? file.readUIntLE(at, size) : file.readUIntBE(at, size);
  };
  const isBig = read(2, 2) === 43;
  const word = isBig ? 8 : 4;
  const start = read(isBig ? 8 : 4, word);
  const countBytes = isBig ? 8 : 2;
  const count = Math.min(read(start, countBytes), 1000);
  const entries = new Map<number, { at: number; bytes: number; count: number }>();
  for (let index = 0; index < count; index++) {
    const at = start + countBytes + index * (isBig ? 20 : 12);
    const bytes = TYPE_BYTES[read(at + 2, 2)];
    const values = read(at + 4, word);
    if (bytes === undefined || values === 0) continue;
    const place = at + 4 + word;
    const isInline = bytes * values <= word;
    entries.set(read(at, 2), { at: isInline ? place : read(place, word), bytes, count: values });
  }
  const value = (tag: number, otherwise: number): number => {
    const entry = entries.get(tag);
    return entry ? read(entry.at, entry.bytes) : otherwise;
  };
  const bits = value(TAG.bits, 1);
  const height = value(TAG.height, 0);
  const rows = Math.min(value(TAG.tileHeight, value(TAG.rowsPerStrip, height)), height);
  const nextAt = start + countBytes + count * (isBig ? 20 : 12);
  const rowBytes = Math.ceil((value(TAG.width, 0) * value(TAG.samples, 1) * bits) / 8);
  const make = entries.get(TAG.make);
  const format = entries.get(TAG.sampleFormat);
  return {
    compression: value(TAG.compression, 1),
    bits,
    sampleFormat: value(TAG.sampleFormat, 1),
    sampleFormatAt: format?.count === 1 && format.bytes === 2 ? format.at : null,
    littleEndian,
    pieceBytes: rowBytes * rows,
    pixelBytes: rowBytes * height,
    nextAt: read(nextAt, word) === 0 ? null : nextAt,
    nextBytes: word,
    photometric: value(TAG.photometric, 1),
    make: make
      ? file.toString("latin1", make.at, make.at + Math.min(make.count, 40)).replace(/[^ -~]/g, "")
      : "",
    isDng: entries.has(TAG.dngVersion),
  };
}
