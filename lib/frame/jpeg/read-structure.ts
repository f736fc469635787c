/**
 * What a JPEG file is made of (ITU-T T.81, annex B), read without decoding a pixel: markers,
 * segments, scans. Nothing is believed that the bytes do not hold, and nothing throws.
 */
import { Pause } from "../pause";

/** A marker with its parameters, `bytes[start]` being the first byte after its length. */
export interface JpegSegment {
  /** Second byte of the marker. */
  readonly marker: number;
  readonly start: number;
  readonly end: number;
}

export interface JpegComponent {
  readonly id: number;
  /** Samples to a side of the smallest unit, horizontally and vertically: 1…4. */
  readonly h: number;
  readonly v: number;
}

/** The frame header (SOF). */
export interface JpegHeader {
  readonly segment: JpegSegment;
  /** Bits of a sample. */
  readonly precision: number;
  readonly width: number;
  /** Lines; 0 where only a DNL marker tells them. */
  readonly height: number;
  readonly components: readonly JpegComponent[];
}

/** One scan: its header and where its entropy-coded data lie, restart markers among them. */
export interface JpegScan {
  readonly segment: JpegSegment;
  readonly start: number;
  readonly end: number;
  /** How many of `segments` stand before it. */
  readonly before: number;
}

export interface JpegStructure {
  /** In the order of the file, scan headers left out. */
  readonly segments: readonly JpegSegment[];
  readonly header: JpegHeader | null;
  readonly scans: readonly JpegScan[];
  /** Whether the file says where the picture ends. */
  readonly hasEnd: boolean;
}

export const SOS = 0xda;
export const DQT = 0xdb;
export const DHT = 0xc4;
export const DRI = 0xdd;
const DNL = 0xdc;
const SOI = 0xd8;
const EOI = 0xd9;
const TEM = 0x01;

/** What finding one marker takes, in units of `Pause`. */
const PAUSE_PER_MARKER = 16;

/** Start-of-frame markers; the four gaps in their row are DHT, JPG and DAC. */
export function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

export function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** More of either is no picture but an attack; progressive pictures have about ten scans. */
const MAX_SCANS = 1000;
const MAX_SEGMENTS = 10_000;

/** `bytes` begin with SOI. Stops after the first picture, at the end of the bytes or of patience. */
export async function readJpegStructure(
  bytes: Uint8Array,
  pause = new Pause(),
): Promise<JpegStructure> {
  const segments: JpegSegment[] = [];
  const scans: JpegScan[] = [];
  let header: JpegHeader | null = null;
  let at = 2;
  let hasEnd = false;
  while (scans.length < MAX_SCANS && segments.length < MAX_SEGMENTS) {
    const found = findMarker(bytes, at);
    if (found === null) break;
    const { marker } = found;
    at = found.next;
    if (pause.isDue(PAUSE_PER_MARKER)) await pause.rest();
    if (marker === EOI) {
      hasEnd = true;
      break;
    }
    // These stand alone, and a stray restart or start marker between segments means nothing.
    if (marker === 0 || marker === SOI || marker === TEM || isRestart(marker)) continue;
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (length < 2) continue;
    const segment = { marker, start: at + 2, end: Math.min(at + length, bytes.length) };
    at = segment.end;
    if (marker === SOS) {
      at = await findScanEnd(bytes, segment.end, pause);
      scans.push({ segment, start: segment.end, end: at, before: segments.length });
    } else {
      segments.push(segment);
      if (isFrameHeader(marker) && !header) header = readHeader(bytes, segment);
    }
  }
  if (header?.height === 0) header = { ...header, height: readLines(bytes, segments) };
  return { segments, header, scans, hasEnd };
}

/** The next marker at or after `at`, over stray and fill bytes; 0 is a stuffed byte and none. */
function findMarker(bytes: Uint8Array, at: number): { marker: number; next: number } | null {
  at = bytes.indexOf(0xff, at);
  if (at < 0) return null;
  while (bytes[at] === 0xff) at += 1;
  const marker = bytes[at];
  return marker === undefined ? null : { marker, next: at + 1 };
}

/** Where the entropy-coded data from `start` end: at the next marker that is no restart. */
async function findScanEnd(bytes: Uint8Array, start: number, pause: Pause): Promise<number> {
  let at = start;
  for (;;) {
    const end = bytes.indexOf(0xff, at);
    if (end < 0) return bytes.length;
    at = end;
    while (bytes[at] === 0xff) at += 1;
    const marker = bytes[at] ?? EOI;
    at += 1;
    if (marker !== 0 && !isRestart(marker)) return end;
    if (pause.isDue(PAUSE_PER_MARKER)) await pause.rest();
  }
}

function readHeader(bytes: Uint8Array, { start, end, marker }: JpegSegment): JpegHeader | null {
  const view = bytes.subarray(start, end);
  const [precision = 0, high = 0, low = 0, wide = 0, narrow = 0, count = 0] = view;
  if (view.length < 6 + 3 * count) return null;
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, sampling = 0] = view.subarray(6 + 3 * index);
    return { id, h: sampling >> 4, v: sampling & 15 };
  });
  const size = { width: (wide << 8) | narrow, height: (high << 8) | low };
  return { segment: { marker, start, end }, precision, ...size, components };
}

/** The number of lines by the DNL marker behind the first scan. */
function readLines(bytes: Uint8Array, segments: readonly JpegSegment[]): number {
  const lines = segments.find(({ marker }) => marker === DNL);
  return lines ? ((bytes[lines.start] ?? 0) << 8) | (bytes[lines.start + 1] ?? 0) : 0;
}
