import { checkHeldCost } from "../decode-budget";
import type { RawImage, Samples } from "../image-source";
import type { Pause } from "../pause";
import { damaged, checkSize } from "../refuse";

/** "P5 640 480 …", with comments between. */
export const NETPBM_START =
  /^(?:P[1-6](?:\s|#[^\r\n]*[\r\n])+\d+(?:\s|#[^\r\n]*[\r\n])+\d|P7\s|P[Ff]\s+\d+\s+\d)/;

const TYPE = "PNM";

/** Lines of a PAM header that may say something else than the five that count. */
const MAX_NAMES = 100;

/** No word, and no number with its leading zeros, is longer. */
const MAX_WORD = 32;

/** White space and comments between two words; more of them is no picture. */
const MAX_GAP = 1 << 16;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** The number that stands for white (for black in bitmaps); floats: their scale. */
  readonly maxValue: number;
}

/**
 * The first picture of a PBM, PGM, PPM, PAM or PFM file (netpbm.sourceforge.net/doc). Throws
 * `BAD_IMAGE`.
 */
export async function readNetpbm(
  bytes: Uint8Array,
  maxPixels: number,
  pause: Pause,
): Promise<RawImage> {
  const text = new Tokens(bytes);
  const kind = String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0);
  const header = kind === "P7" ? readPamHeader(text) : readHeader(text, kind);
  const { width, height, channels, maxValue } = header;
  if (!(width > 0 && height > 0 && maxValue > 0 && maxValue < 65_536)) {
    throw damaged(TYPE, { key: "frame.bad-header" });
  }
  checkSize(TYPE, header, maxPixels);
  const isCopied = !(kind >= "P5" && kind <= "P7" && maxValue === 255);
  if (isCopied) checkHeldCost({ type: TYPE, width, height }, channels * bytesOf(kind, maxValue));
  const data = await readSamples(text, kind, header, pause);
  return { kind: "raw", data, width, height, channels };
}

function bytesOf(kind: string, maxValue: number): number {
  if (kind === "PF" || kind === "Pf") return 6;
  return maxValue > 255 ? 2 : 1;
}

function readHeader(text: Tokens, kind: string): Header {
  const isBitmap = kind === "P1" || kind === "P4";
  const width = Number(text.next());
  const height = Number(text.next());
  const maxValue = isBitmap ? 1 : Math.abs(Number(text.next()));
  return { width, height, maxValue, channels: /[36F]/.test(kind) ? 3 : 1 };
}

/** Names and values on lines of their own, until ENDHDR. */
function readPamHeader(text: Tokens): Header {
  const values = new Map<string, number>();
  for (let nth = 0; nth < MAX_NAMES; nth++) {
    const name = text.next();
    if (name === "ENDHDR" || name === "") break;
    values.set(name, Number(text.next()));
  }
  const channels = ([1, 2, 3, 4] as const).find((count) => count === values.get("DEPTH"));
  if (!channels) throw damaged(TYPE, { key: "frame.bad-header" });
  const [width = 0, height = 0, maxValue = 0] = ["WIDTH", "HEIGHT", "MAXVAL"].map((name) =>
    values.get(name),
  );
  return { width, height, maxValue, channels };
}

function readSamples(text: Tokens, kind: string, header: Header, pause: Pause): Promise<Samples> {
  const count = header.width * header.height * header.channels;
  switch (kind) {
    case "P1":
      return readDigits(text, count, pause);
    case "P2":
    case "P3":
      return readNumbers(text, count, header.maxValue, pause);
    case "P4":
      return readBits(text.rest(), header, pause);
    case "PF":
    case "Pf":
      return readFloats(text, header, pause);
    default:
      return readBinary(text.rest(), count, header.maxValue, pause);
  }
}

/** White where the digit is 0; digits need no space between them. */
async function readDigits(text: Tokens, count: number, pause: Pause): Promise<Uint8Array> {
  const data = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const digit = text.nextDigit();
    if (digit !== 0x30 && digit !== 0x31) throw tooShort();
    data[at] = digit === 0x30 ? 255 : 0;
    if (pause.isDue(text.measure())) await pause.rest();
  }
  return data;
}

async function readNumbers(
  text: Tokens,
  count: number,
  maxValue: number,
  pause: Pause,
): Promise<Samples> {
  // Every number takes a digit and a space.
  if (text.remaining * 2 < count) throw tooShort();
  const { data, factor } = createSamples(count, maxValue);
  for (let at = 0; at < count; at++) {
    const value = text.nextNumber();
    if (value < 0) throw tooShort();
    data[at] = Math.round(Math.min(value, maxValue) * factor);
    if (pause.isDue(text.measure())) await pause.rest();
  }
  return data;
}

/** Rows of bits, each filled up to whole bytes; white where the bit is 0. */
async function readBits(
  pixels: Uint8Array,
  { width, height }: Header,
  pause: Pause,
): Promise<Uint8Array> {
  const stride = Math.ceil(width / 8);
  if (pixels.length < stride * height) throw tooShort();
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = pixels[y * stride + (x >> 3)] ?? 0;
      data[y * width + x] = (byte >> (7 - (x & 7))) & 1 ? 0 : 255;
    }
    if (pause.isDue(width)) await pause.rest();
  }
  return data;
}

async function readBinary(
  pixels: Uint8Array,
  count: number,
  maxValue: number,
  pause: Pause,
): Promise<Samples> {
  const wide = maxValue > 255;
  if (pixels.length < (wide ? 2 * count : count)) throw tooShort();
  if (maxValue === 255) return pixels.subarray(0, count);
  const { data, factor } = createSamples(count, maxValue);
  for (let at = 0; at < count; at++) {
    const value = wide ? ((pixels[2 * at] ?? 0) << 8) | (pixels[2 * at + 1] ?? 0) : pixels[at];
    data[at] = Math.round(Math.min(value ?? 0, maxValue) * factor);
    if (pause.isDue(1)) await pause.rest();
  }
  return data;
}

/** From the bottom row up; a negative scale means little-endian. */
async function readFloats(
  text: Tokens,
  { width, height, channels }: Header,
  pause: Pause,
): Promise<Float32Array> {
  const littleEndian = text.last.startsWith("-");
  const pixels = text.rest();
  const row = width * channels;
  if (pixels.length < 4 * row * height) throw tooShort();
  const view = new DataView(pixels.buffer, pixels.byteOffset);
  const data = new Float32Array(row * height);
  for (let y = 0; y < height; y++) {
    const from = (height - 1 - y) * row;
    for (let x = 0; x < row; x++) {
      data[y * row + x] = view.getFloat32(4 * (from + x), littleEndian);
    }
    if (pause.isDue(row)) await pause.rest();
  }
  return data;
}

/** Room for samples whose white is brought to the largest number. */
function createSamples(
  count: number,
  maxValue: number,
): { data: Uint8Array | Uint16Array; factor: number } {
  return maxValue > 255
    ? { data: new Uint16Array(count), factor: 65_535 / maxValue }
    : { data: new Uint8Array(count), factor: 255 / maxValue };
}

function tooShort(): Error {
  return damaged(TYPE, { key: "frame.ends-early" });
}

/** Words between white space; `#` begins a comment that ends with its line. */
class Tokens {
  private at = 2;
  private measured = 2;
  /** The word that came last. */
  last = "";

  constructor(private readonly bytes: Uint8Array) {}

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  /** Bytes that it has gone over since it was asked last. */
  measure(): number {
    const passed = this.at - this.measured;
    this.measured = this.at;
    return passed;
  }

  /** Longer ones come in pieces; empty at the end. */
  next(): string {
    this.skip();
    const start = this.at;
    const end = Math.min(start + MAX_WORD, this.bytes.length);
    while (this.at < end && !isSpace(this.bytes[this.at])) this.at += 1;
    this.last = Buffer.from(this.bytes.subarray(start, this.at)).toString("latin1");
    return this.last;
  }

  nextDigit(): number {
    this.skip();
    return this.bytes[this.at++] ?? 0;
  }

  /** -1: no number. */
  nextNumber(): number {
    this.skip();
    let value = -1;
    for (let digits = 0; digits <= MAX_WORD; digits++) {
      const digit = (this.bytes[this.at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) return value;
      value = Math.max(value, 0) * 10 + digit;
      this.at += 1;
    }
    return -1;
  }

  /** What follows the one white space behind the last word. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.at + 1);
  }

  private skip(): void {
    const end = Math.min(this.at + MAX_GAP, this.bytes.length);
    for (;;) {
      while (this.at < end && isSpace(this.bytes[this.at])) this.at += 1;
      if (this.bytes[this.at] !== 0x23) return;
      while (this.at < end && !isLineEnd(this.bytes[this.at])) this.at += 1;
      if (this.at < end) continue;
      this.at = this.bytes.length;
      return;
    }
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}
