import { damaged } from "../refuse";

/** More chunks than a picture of the largest size has. */
const MAX_CHUNKS = 100_000;

/** The chunks that change how a picture looks; any other may be left out. */
const NEEDED = new Set([
  "IHDR",
  "PLTE",
  "tRNS",
  "gAMA",
  "cHRM",
  "sRGB",
  "cICP",
  "iCCP",
  "eXIf",
  "IDAT",
  "IEND",
]);

/** A colour profile is some kilobytes; compressed megabytes are none. */
const MAX_PROFILE = 1 << 20;

/** So little is not worth a copy of the rest. */
const MIN_STRIPPED = 1024;

/** What the header of a PNG file says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly isInterlaced: boolean;
  /** Bytes of all pixels as they are decoded: at least 8 bits a sample, palettes as their colours. */
  readonly pixelBytes: number;
}

/** Samples of a decoded pixel by colour type: grey, RGB, palette, grey and alpha, RGBA. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** Colour types that a tRNS chunk, which stands near the start, gives an alpha channel. */
const MAY_BE_CLEAR = new Set([0, 2, 3]);
const HEAD_BYTES = 4096;

/** `bytes` begin with the signature; null: too short for a header. */
export function readPngHeader(bytes: Uint8Array): PngHeader | null {
  if (bytes.length < 33) return null;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const colourType = file[25] ?? 2;
  const isClear = MAY_BE_CLEAR.has(colourType) && file.subarray(0, HEAD_BYTES).includes("tRNS");
  const samples = (SAMPLES[colourType] ?? 4) + (isClear ? 1 : 0);
  const sampleBytes = file[24] === 16 ? 2 : 1;
  return {
    width,
    height,
    isInterlaced: file[28] === 1,
    pixelBytes: width * height * samples * sampleBytes,
  };
}

/**
 * The same picture without texts, thumbnails and other chunks that do not show: two hundred
 * compressed texts would take seconds to unpack. What is no chunk stays for the decoder to judge.
 * Throws `BAD_IMAGE` for a picture of too many chunks.
 */
export function stripPng(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept: Buffer[] = [];
  let keptFrom = 0;
  let at = 8;
  let stripped = 0;
  for (let nth = 0; at + 12 <= file.length; nth++) {
    if (nth === MAX_CHUNKS) throw damaged("PNG", { key: "frame.too-many-parts" });
    const name = file.toString("latin1", at + 4, at + 8);
    const end = at + 12 + file.readUInt32BE(at);
    if (end > file.length) break;
    if (!NEEDED.has(name) || (name === "iCCP" && end - at > MAX_PROFILE)) {
      kept.push(file.subarray(keptFrom, at));
      keptFrom = end;
      stripped += end - at;
    }
    at = end;
    if (name === "IEND") break;
  }
  if (stripped < MIN_STRIPPED) return bytes;
  kept.push(file.subarray(keptFrom));
  return Buffer.concat(kept);
}
