import type { MessageKey } from "../../i18n/catalogue";
import { unsupported } from "../refuse";
import {
  readNumber,
  readTiffDirectory,
  TYPE_BYTES,
  type TiffDirectory,
  type TiffEntry,
} from "./tiff-directory";

/** What the first picture of a TIFF or BigTIFF file says of itself. */
export interface Tiff extends TiffDirectory {
  readonly compression: number;
  readonly bits: number;
  /** 1 unsigned, 2 signed, 3 floating-point. */
  readonly sampleFormat: number;
  /** Signed 16-bit samples, one a pixel: the image library would cut them off at 0. */
  readonly isSignedGrey: boolean;
  /** Channels beyond the colours. */
  readonly extraSamples: number;
  /** Whether the one channel beyond the colours is transparency: a multispectral camera's is not. */
  readonly hasAlpha: boolean;
  /** Bytes of one strip or one row of tiles, decoded. */
  readonly pieceBytes: number;
  /** Bytes of all pixels, decoded. */
  readonly pixelBytes: number;
  readonly photometric: number;
  /** As the camera's maker writes it. */
  readonly make: string;
  /** A digital negative. */
  readonly isDng: boolean;
}

const SIGNED = 2;
const FLOAT = 3;

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
  34_934: "JPEG XR",
  50_000: "Zstandard",
  50_002: "JPEG XL",
  52_546: "JPEG XL",
};

/** Colour filter array and linear raw: what a sensor saw, before it became a picture. */
const RAW_PHOTOMETRIC = new Set([32_803, 34_892]);

/** Colours that the image library does not read in every depth. */
const UNREAD_COLOURS: Readonly<Record<number, string>> = {
  8: "CIELAB",
  9: "ICCLAB",
  10: "ITULAB",
  32_844: "LogL",
  32_845: "LogLuv",
};

/** Channels of colour by photometric interpretation; 1 for any other. */
const COLOURS: Readonly<Record<number, number>> = { 2: 3, 5: 4, 6: 3 };

/** Tags by name (TIFF revision 6.0; the last ones of later supplements). */
export const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  make: 271,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfig: 284,
  t4Options: 292,
  t6Options: 293,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  yCbCrCoefficients: 529,
  yCbCrSubsampling: 530,
  yCbCrPositioning: 531,
  referenceBlackWhite: 532,
  profile: 34_675,
  dngVersion: 50_706,
} as const;

/** The first directory of a TIFF or BigTIFF file; null where it cannot be read. */
export function readTiff(bytes: Uint8Array): Tiff | null {
  try {
    return readFacts(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (thrown) {
    // An offset that leads out of the file: the decoder will say so.
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** Throws `BAD_IMAGE` for a TIFF that the image library would call damaged though it is not. */
export function checkTiff(tiff: Tiff): void {
  const { compression, bits, sampleFormat, photometric, make, isDng } = tiff;
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
  const colours = UNREAD_COLOURS[photometric];
  if (colours) refuse(`TIFF (${colours})`, "frame.convert");
  const isFloat = sampleFormat === FLOAT;
  if (isFloat ? bits !== 32 : ![1, 2, 4, 8, 16, 32].includes(bits)) {
    refuse(`TIFF of ${bits}-bit ${isFloat ? "floats" : "samples"}`, "frame.convert-depth");
  }
}

function readFacts(file: Buffer): Tiff {
  const directory = readTiffDirectory(file);
  // Where a tag stands twice, the first one counts.
  const entries = new Map<number, TiffEntry>();
  for (const entry of directory.entries) {
    if (!entries.has(entry.tag)) entries.set(entry.tag, entry);
  }
  const value = (tag: number, otherwise: number): number => {
    const entry = entries.get(tag);
    const bytes = entry && entry.count > 0 ? TYPE_BYTES[entry.type] : undefined;
    if (!entry || !bytes) return otherwise;
    return readNumber(file, entry.valuesAt, bytes, directory.layout.littleEndian);
  };
  const bits = value(TAG.bits, 1);
  const height = value(TAG.height, 0);
  const rows = Math.min(value(TAG.tileHeight, value(TAG.rowsPerStrip, height)), height);
  const samples = value(TAG.samples, 1);
  const sampleFormat = value(TAG.sampleFormat, 1);
  const rowBytes = Math.ceil((value(TAG.width, 0) * samples * bits) / 8);
  const photometric = value(TAG.photometric, samples >= 3 ? 2 : 1);
  const extraSamples = Math.max(samples - (COLOURS[photometric] ?? 1), 0);
  const make = entries.get(TAG.make);
  return {
    ...directory,
    compression: value(TAG.compression, 1),
    bits,
    sampleFormat,
    isSignedGrey: samples === 1 && bits === 16 && sampleFormat === SIGNED,
    extraSamples,
    hasAlpha: extraSamples === 1 && [1, 2].includes(value(TAG.extraSamples, 0)),
    pieceBytes: rowBytes * rows,
    pixelBytes: rowBytes * height,
    photometric,
    make: make
      ? file
          .toString("latin1", make.valuesAt, make.valuesAt + Math.min(make.count, 40))
          .replace(/[^ -~]/g, "")
      : "",
    isDng: entries.has(TAG.dngVersion),
  };
}
