import { checkHeldCost } from "../decode-budget";
import type { ImageSource } from "../image-source";
import type { Pause } from "../pause";
import { damaged, checkSize, unsupported } from "../refuse";

const TYPE = "BMP";

/** How the pixels of a bitmap are written; numbers other than these are OS/2's own. */
const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const BIT_FIELDS = 3;
const JPEG = 4;
const PNG = 5;
const ALPHA_BIT_FIELDS = 6;

/** Red, green, blue, alpha: which bits of a pixel are theirs. */
type Masks = readonly [number, number, number, number];

const MASKS_555: Masks = [0x7c00, 0x03e0, 0x001f, 0];
const MASKS_888: Masks = [0xff0000, 0x00ff00, 0x0000ff, 0];

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels start. */
  readonly start: number;
  readonly masks: Masks;
  /** 3 bytes a colour. */
  readonly palette: Uint8Array;
  /** Whether every colour of the palette is a grey. */
  readonly isGrey: boolean;
}

/**
 * A Windows or OS/2 bitmap of 1, 2, 4, 8, 16, 24 or 32 bits, also run-length encoded
 * (learn.microsoft.com, "Bitmap Storage"). A bitmap that holds a JPEG or PNG gives that. Throws
 * `BAD_IMAGE`.
 */
export async function readBmp(
  bytes: Uint8Array,
  maxPixels: number,
  pause: Pause,
): Promise<ImageSource> {
  const header = readHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const { width, height, bits, compression } = header;
  checkSize(TYPE, header, maxPixels);
  // Indexes and their colours.
  checkHeldCost({ type: TYPE, width, height }, bits > 8 ? bits / 8 : header.isGrey ? 2 : 4);
  const pixels = bytes.subarray(header.start);
  const size = { kind: "raw", width, height } as const;
  switch (compression) {
    case JPEG:
    case PNG:
      return { kind: "encoded", bytes: pixels };
    case RLE8:
    case RLE4: {
      const indexes = await readRuns(pixels, header, pause);
      return { ...size, ...(await paintIndexes(indexes, width, 8, header, pause)) };
    }
    case RGB:
    case BIT_FIELDS:
    case ALPHA_BIT_FIELDS: {
      const stride = Math.ceil((width * bits) / 32) * 4;
      // Some writers leave out what fills up the last row.
      if (pixels.length < stride * (height - 1) + Math.ceil((width * bits) / 8)) throw tooShort();
      if (bits <= 8)
        return { ...size, ...(await paintIndexes(pixels, stride, bits, header, pause)) };
      return { ...size, ...(await paintColours(pixels, stride, header, pause)) };
    }
    default:
      throw unsupported(`${TYPE} (compression ${compression})`, "frame.convert");
  }
}

function readHeader(bytes: Buffer): Header {
  const size = bytes.readUInt32LE(14);
  const isCore = size === 12;
  if (bytes.length < 14 + size) throw tooShort();
  const width = isCore ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signedHeight = isCore ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(isCore ? 24 : 28);
  const compression = size >= 20 ? bytes.readUInt32LE(30) : RGB;
  // In the header of OS/2 2 the numbers from 3 on mean something else.
  if (size === 64 && compression > RLE4) {
    throw unsupported(`${TYPE} (OS/2, compression ${compression})`, "frame.convert");
  }
  const isEmbedded = compression === JPEG || compression === PNG;
  if (width <= 0 || signedHeight === 0 || (!isEmbedded && !hasPixels(bits, compression))) {
    throw damaged(TYPE, { key: "frame.bad-header" });
  }
  const hasMasks = compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS;
  const maskCount = hasMasks && size === 40 ? (compression === BIT_FIELDS ? 3 : 4) : 0;
  const colours = 14 + size + 4 * maskCount;
  const declared = bytes.readUInt32LE(10);
  const used = size >= 36 ? bytes.readUInt32LE(46) : 0;
  const { palette, isGrey, end } = readPalette(bytes, colours, { bits, isCore, used, declared });
  return {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bits,
    compression,
    start: declared >= colours ? declared : end,
    masks: hasMasks ? readMasks(bytes, size) : bits === 16 ? MASKS_555 : MASKS_888,
    palette,
    isGrey,
  };
}

function hasPixels(bits: number, compression: number): boolean {
  if (compression === RLE8) return bits === 8;
  if (compression === RLE4) return bits === 4;
  if (compression === RGB) return [1, 2, 4, 8, 16, 24, 32].includes(bits);
  return bits === 16 || bits === 32;
}

function readMasks(bytes: Buffer, size: number): Masks {
  const at = (index: number): number =>
    bytes.length >= 58 + 4 * index ? bytes.readUInt32LE(54 + 4 * index) : 0;
  // A header that ends before the alpha mask has none.
  return [at(0), at(1), at(2), size >= 56 ? at(3) : 0];
}

/** Without a palette (some cameras leave it out) the indexes are greys. */
function readPalette(
  bytes: Buffer,
  start: number,
  given: { bits: number; isCore: boolean; used: number; declared: number },
): { palette: Uint8Array; isGrey: boolean; end: number } {
  const most = given.bits <= 8 ? 1 << given.bits : 0;
  const entry = given.isCore ? 3 : 4;
  const room = given.declared >= start ? Math.floor((given.declared - start) / entry) : most;
  const count = Math.min(given.used > 0 ? given.used : most, most, room);
  const end = start + entry * count;
  const palette = new Uint8Array(3 * most);
  let isGrey = true;
  for (let index = 0; index < most; index++) {
    const grey = most > 1 ? Math.round((255 * index) / (most - 1)) : 0;
    const at = start + entry * index;
    const colour = count === 0 ? [grey, grey, grey] : [bytes[at + 2], bytes[at + 1], bytes[at]];
    if (count > 0 && index >= count) break;
    const [red = 0, green = 0, blue = 0] = colour;
    palette.set([red, green, blue], 3 * index);
    isGrey &&= red === green && green === blue;
  }
  return { palette, isGrey, end };
}

/** Looks the colours of `bits`-bit indexes up; one channel where all colours are greys. */
async function paintIndexes(
  indexes: Uint8Array,
  stride: number,
  bits: number,
  { width, height, topDown, palette, isGrey }: Header,
  pause: Pause,
): Promise<{ data: Uint8Array; channels: 1 | 3 }> {
  const channels = isGrey ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  for (let y = 0; y < height; y++) {
    const row = (topDown ? y : height - 1 - y) * stride;
    let to = y * width * channels;
    for (let x = 0; x < width; x++) {
      const byte = indexes[row + Math.floor(x / perByte)] ?? 0;
      const index = 3 * ((byte >> (8 - bits * ((x % perByte) + 1))) & mask);
      for (let channel = 0; channel < channels; channel++) {
        data[to++] = palette[index + channel] ?? 0;
      }
    }
    if (pause.isDue(width)) await pause.rest();
  }
  return { data, channels };
}

/** Pixels of 16, 24 or 32 bits; alpha counts only where some pixel has any. */
async function paintColours(
  pixels: Uint8Array,
  stride: number,
  { width, height, topDown, bits, masks }: Header,
  pause: Pause,
): Promise<{ data: Uint8Array; channels: 3 | 4 }> {
  const bytes = bits / 8;
  const channels = masks[3] === 0 ? 3 : 4;
  const fields = masks.slice(0, channels).map((mask) => createField(mask));
  const data = new Uint8Array(width * height * channels);
  let alphas = 0;
  for (let y = 0; y < height; y++) {
    let from = (topDown ? y : height - 1 - y) * stride;
    let to = y * width * channels;
    for (let x = 0; x < width; x++) {
      let value = (pixels[from] ?? 0) | ((pixels[from + 1] ?? 0) << 8);
      if (bytes > 2) value |= (pixels[from + 2] ?? 0) << 16;
      if (bytes > 3) value |= (pixels[from + 3] ?? 0) << 24;
      from += bytes;
      for (const { mask, shift, values } of fields) {
        data[to++] = values[(value & mask) >>> shift] ?? 0;
      }
      if (channels === 4) alphas |= data[to - 1] ?? 0;
    }
    if (pause.isDue(width * 2)) await pause.rest();
  }
  if (channels === 4 && alphas === 0) {
    for (let at = 3; at < data.length; at += 4) {
      data[at] = 255;
      if (pause.isDue(1)) await pause.rest();
    }
  }
  return { data, channels };
}

interface Field {
  readonly mask: number;
  readonly shift: number;
  /** The byte 0…255 for each number that the field may hold. */
  readonly values: Uint8Array;
}

/** The upper eight of the bits of a mask. */
function createField(mask: number): Field {
  if (mask === 0) return { mask: 0, shift: 0, values: new Uint8Array(1) };
  const top = 32 - Math.clz32(mask);
  let low = 0;
  while (((mask >>> low) & 1) === 0) low += 1;
  const shift = Math.max(low, top - 8);
  const most = 2 ** (top - shift) - 1;
  const values = Uint8Array.from({ length: most + 1 }, (_, at) => Math.round((255 * at) / most));
  return { mask: ((mask >>> shift) << shift) | 0, shift, values };
}

/** One byte a pixel, rows in the order of the file. What the runs skip has index 0. */
async function readRuns(
  data: Uint8Array,
  { width, height, compression }: Header,
  pause: Pause,
): Promise<Uint8Array> {
  const indexes = new Uint8Array(width * height);
  const nibbles = compression === RLE4;
  let at = 0;
  let x = 0;
  let y = 0;
  const put = (index: number): void => {
    if (x < width && y < height) indexes[y * width + x] = index;
    x += 1;
  };
  while (y < height) {
    const count = data[at];
    const value = data[at + 1];
    // Without its end mark the picture is whole once its last row is.
    if (count === undefined || value === undefined) {
      if (y === height - 1 && x >= width) break;
      throw tooShort();
    }
    at += 2;
    if (count > 0) {
      for (let nth = 0; nth < count; nth++) {
        put(nibbles ? (nth % 2 === 0 ? value >> 4 : value & 15) : value);
      }
    } else if (value === 0) {
      x = 0;
      y += 1;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += data[at] ?? 0;
      y += data[at + 1] ?? 0;
      at += 2;
    } else {
      const length = nibbles ? Math.ceil(value / 2) : value;
      if (at + length > data.length) throw tooShort();
      for (let nth = 0; nth < value; nth++) {
        const byte = data[at + (nibbles ? nth >> 1 : nth)] ?? 0;
        put(nibbles ? (nth % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      // Absolute runs end on an even byte.
      at += length + (length % 2);
    }
    if (pause.isDue(count + 16)) await pause.rest();
  }
  return indexes;
}

function tooShort(): Error {
  return damaged(TYPE, { key: "frame.ends-early" });
}
