import type { Pause } from "../pause";
import { MAX_CODE_BITS, type HuffmanTable } from "./huffman";
import { isRestart } from "./read-structure";

/** One component of a scan: its blocks in each unit and the tables that its codes come from. */
export interface ScanComponent {
  readonly blocks: number;
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

export interface ScanPlan {
  readonly components: readonly ScanComponent[];
  /** Minimum coded units (T.81, A.2) of the whole scan. */
  readonly units: number;
  /** Units between two restart markers; 0: no restarts. */
  readonly interval: number;
}

/** Entropy-coded data without what does not belong to them. */
export interface WalkedScan {
  readonly pieces: readonly Uint8Array[];
  /** Of `plan.units`, how many the data do not hold or hold damaged. */
  readonly lostUnits: number;
}

/** Bytes that a camera may leave before a restart marker without having lost any of the picture. */
const MAX_STRAY_BYTES = 64;

/** Zeros in a row that only an even area has. */
const ZERO_RUN = Buffer.alloc(64);

/** ZRL: sixteen coefficients that are zero, and no end of the block. */
const ZERO_RUN_OF_16 = 0xf0;

/** The sum of DC differences is below ±2048 for 8-bit samples (T.81, F.1.2.1); some may overshoot. */
const MAX_DC = 4096;

/**
 * Decodes the Huffman codes of a sequential scan (T.81, F.2.2), not its pixels, to learn what
 * libjpeg's warnings do not tell: whether every unit is there, or how many are lost.
 */
export async function walkScan(
  data: Uint8Array,
  plan: ScanPlan,
  pause: Pause,
): Promise<WalkedScan> {
  const { units } = plan;
  const perInterval = plan.interval || units;
  const intervals = Math.ceil(units / perInterval);
  const found = await splitAtRestarts(data, intervals, pause);
  const inOrder = found.length === intervals;
  const pieces: Uint8Array[] = [];
  let whole = 0;
  let index = 0;
  for (const interval of found) {
    if (index >= intervals) break;
    const { start, end, restart } = interval;
    const wanted = Math.min(perInterval, units - index * perInterval);
    const bits = new CodeReader(data, start, end);
    const sound = await walkUnits(bits, plan.components, wanted, pause);
    const isLast = restart === null;
    const { position } = bits;
    if (isPlausible(data, interval, position)) whole += sound;
    pieces.push(data.subarray(start, position));
    if (!isLast) pieces.push(Uint8Array.of(0xff, 0xd0 + (index % 8)));
    // Numbers that skip tell how many intervals between are gone; a full count needs no numbers.
    const skipped = inOrder || isLast ? 0 : (restart - (index % 8) + 8) % 8;
    index += 1 + skipped;
  }
  return { pieces, lostUnits: units - Math.min(whole, units) };
}

interface Interval {
  readonly start: number;
  readonly end: number;
  readonly restart: number | null;
}

/** Cuts at restart markers, into a few more pieces than expected at most. */
async function splitAtRestarts(
  data: Uint8Array,
  expected: number,
  pause: Pause,
): Promise<Interval[]> {
  const found: Interval[] = [];
  let start = 0;
  let at = 0;
  while (found.length <= expected + 8) {
    const marker = data.indexOf(0xff, at);
    if (marker < 0) break;
    at = marker;
    while (data[at] === 0xff) at += 1;
    const code = data[at] ?? 0;
    at += 1;
    if (isRestart(code)) {
      found.push({ start, end: marker, restart: code - 0xd0 });
      start = at;
    }
    if (pause.isDue(16)) await pause.rest();
  }
  // A camera may write a restart marker behind the last unit as well.
  if (start < data.length || found.length === 0) {
    found.push({ start, end: data.length, restart: null });
  }
  return found;
}

/** How many units decode soundly; leaves the reader behind the last of them. */
async function walkUnits(
  bits: CodeReader,
  components: readonly ScanComponent[],
  wanted: number,
  pause: Pause,
): Promise<number> {
  const levels = components.map(() => 0);
  for (let unit = 0; unit < wanted; unit++) {
    for (const [index, { blocks, dc, ac }] of components.entries()) {
      for (let block = 0; block < blocks; block++) {
        const level = (levels[index] ?? 0) + bits.readDifference(dc);
        if (!(Math.abs(level) <= MAX_DC) || !bits.skipCoefficients(ac)) return unit;
        levels[index] = level;
      }
    }
    if (pause.isDue(components.length * 64)) await pause.rest();
  }
  return wanted;
}

/**
 * Whether what is left and runs of zeros leave no doubt about what was read. Tables that a picture
 * was measured for may write an even area as zeros, which lost data filled with zeros look like:
 * then nothing may be left over.
 */
function isPlausible(
  data: Uint8Array,
  { start, end, restart }: Interval,
  position: number,
): boolean {
  const stray = data.subarray(position, end);
  const read = Buffer.from(data.buffer, data.byteOffset + start, position - start);
  if (stray.length > 2 && read.includes(ZERO_RUN)) return false;
  return (
    restart === null || stray.length <= MAX_STRAY_BYTES || stray.every((byte) => byte === stray[0])
  );
}

/** Hands out the bits of entropy-coded data; zeros behind their end. */
class CodeReader {
  private buffer = 0;
  /** Bits in the buffer that were not taken yet. */
  private bits = 0;
  /** Of the next byte to load. */
  private at: number;
  /** Bits loaded from behind the end. */
  private missing = 0;
  private lastCode = 0;

  constructor(
    private readonly data: Uint8Array,
    private readonly start: number,
    private readonly end: number,
  ) {
    this.at = start;
  }

  /** The DC difference of the next block; NaN where there is no such code or no more data. */
  readDifference(table: HuffmanTable): number {
    const size = this.readSymbol(table);
    if (size < 0 || size > 15) return NaN;
    const value = this.take(size);
    // T.81, F.2.2.1: a first bit of 0 marks a negative value.
    const isNegative = size > 0 && value < 1 << (size - 1);
    return isNegative ? value - (1 << size) + 1 : value;
  }

  /** Passes over the AC coefficients of a block; false where no encoder writes such a block. */
  skipCoefficients(table: HuffmanTable): boolean {
    let ones = 0;
    let at = 1;
    while (at < 64) {
      const symbol = this.readSymbol(table);
      if (symbol < 0) return false;
      ones |= this.lastCode;
      const size = symbol & 15;
      if (size === 0 && symbol !== ZERO_RUN_OF_16) return true;
      at += (symbol >> 4) + 1;
      if (at > 64) return false;
      ones |= this.take(size);
    }
    // Nothing but zero bits for 63 coefficients: not a picture but filling.
    return ones !== 0;
  }

  /** Behind the byte that holds the last bit taken. */
  get position(): number {
    let unread = Math.floor(Math.max(this.bits - this.missing, 0) / 8);
    let position = this.at;
    for (; unread > 0; unread--) {
      position -= 1;
      if (this.data[position] === 0 && this.data[position - 1] === 0xff) position -= 1;
    }
    return Math.max(position, this.start);
  }

  /** -1: no such code, or no more data. */
  private readSymbol(table: HuffmanTable): number {
    this.load();
    const next = (this.buffer >>> (this.bits - MAX_CODE_BITS)) & 0xffff;
    const found = table[next] ?? 0;
    const length = found >> 8;
    this.bits -= length;
    this.lastCode = next >>> (MAX_CODE_BITS - length);
    return length === 0 || this.missing > this.bits ? -1 : found & 0xff;
  }

  private take(count: number): number {
    if (count === 0) return 0;
    this.load();
    this.bits -= count;
    return (this.buffer >>> this.bits) & ((1 << count) - 1);
  }

  /** At least 16 bits in the buffer. */
  private load(): void {
    while (this.bits < MAX_CODE_BITS) {
      let byte = 0;
      if (this.at < this.end) {
        byte = this.data[this.at++] ?? 0;
        // A data byte 0xff is followed by a stuffed zero (T.81, B.1.1.5).
        if (byte === 0xff && this.data[this.at] === 0) this.at += 1;
      } else {
        this.missing += 8;
      }
      this.buffer = (this.buffer << 8) | byte;
      this.bits += 8;
    }
  }
}
