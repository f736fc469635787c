import type { Pause } from "../pause";
import { AC_TABLES, createStandardTables, readHuffmanTables, type HuffmanTables } from "./huffman";
import {
  DHT,
  DRI,
  SOS,
  type JpegHeader,
  type JpegSegment,
  type JpegStructure,
} from "./read-structure";
import { walkScan, type ScanComponent, type ScanPlan } from "./walk-scan";

/** A JPEG without what libjpeg warns of, and what it lacks. */
export interface MendedJpeg {
  readonly bytes: Buffer;
  /** Share of the picture that is gone, 0…1; null: unknown, the decoder has to say. */
  readonly lost: number | null;
}

/** Sequential frames with Huffman codes, whose data we can walk. */
const SEQUENTIAL = new Set([0xc0, 0xc1]);

/** What reading the tables of one segment takes, in units of `Pause`. */
const PAUSE_PER_TABLES = 1 << 16;

/** The standard allows that many in a scan. */
const MAX_COMPONENTS = 4;

const APP0 = 0xe0;
const APP14 = 0xee;

const START = Uint8Array.of(0xff, 0xd8);
const END = Uint8Array.of(0xff, 0xd9);

/**
 * Writes a JPEG anew from its own parts: without stray bytes between and behind them, with its end
 * marker, restart markers in order, and parameters as the standard wants them. Webcams, network
 * cameras and phones get these wrong and lose nothing by it. The pixels' data stay as they are.
 */
export async function mendJpeg(
  bytes: Uint8Array,
  structure: JpegStructure,
  pause: Pause,
): Promise<MendedJpeg> {
  const { header, scans, segments } = structure;
  const sequential = header !== null && SEQUENTIAL.has(header.segment.marker);
  const parts: Uint8Array[] = [START];
  const tables = createStandardTables();
  const loss = new Loss(header);
  let written = 0;
  let interval = 0;
  for (const scan of scans) {
    for (const segment of segments.slice(written, scan.before)) {
      if (segment.marker === DHT) {
        readHuffmanTables(bytes.subarray(segment.start, segment.end), tables);
        if (pause.isDue(PAUSE_PER_TABLES)) await pause.rest();
      }
      if (segment.marker === DRI) interval = readUint16(bytes, segment.start);
      parts.push(...mendSegment(bytes, segment, header));
    }
    written = scan.before;
    const parameters = bytes.slice(scan.segment.start, scan.segment.end);
    if (sequential) parameters.set([0, 63, 0], Math.max(parameters.length - 3, 0));
    parts.push(...joinSegment(SOS, parameters));
    const data = bytes.subarray(scan.start, scan.end);
    const plan = sequential ? planScan(parameters, header, tables, interval) : null;
    const walked = plan && (await walkScan(data, plan, pause));
    for (const piece of walked?.pieces ?? [data]) parts.push(piece);
    loss.count(parameters, plan && walked && walked.lostUnits / plan.units);
  }
  parts.push(END);
  const unrefined = shareUnrefined(bytes, structure);
  return { bytes: Buffer.concat(parts), lost: unrefined > 0 ? unrefined : loss.share() };
}

/** Adds up what the scans of a picture lack. */
class Loss {
  /** By component: the share that is lost; null: not known. Components that no scan has brought are missing. */
  private readonly lost = new Map<number, number | null>();

  constructor(private readonly header: JpegHeader | null) {}

  count(parameters: Uint8Array, lost: number | null): void {
    for (const id of idsOf(parameters)) this.lost.set(id, lost);
  }

  /** The worst of the components; null: not known. */
  share(): number | null {
    if (!this.header) return null;
    let worst = 0;
    for (const { id } of this.header.components) {
      const lost = this.lost.has(id) ? (this.lost.get(id) ?? null) : 1;
      if (lost === null) return null;
      worst = Math.max(worst, lost);
    }
    return worst;
  }
}

/**
 * Share of the coefficients of a progressive picture that no scan brought to their last bit (T.81,
 * G.1.1.1): where a file ends between two scans, the decoder sees nothing amiss. 0 for others.
 */
export function shareUnrefined(bytes: Uint8Array, { header, scans }: JpegStructure): number {
  if (!header || SEQUENTIAL.has(header.segment.marker)) return 0;
  const refined = new Map(header.components.map(({ id }) => [id, new Uint8Array(64)]));
  for (const { segment } of scans) {
    const parameters = bytes.subarray(segment.start, segment.end);
    const [first = 0, last = 63, approximation = 0] = parameters.subarray(-3);
    if ((approximation & 15) !== 0) continue;
    for (const id of idsOf(parameters)) refined.get(id)?.fill(1, first, last + 1);
  }
  let missing = 0;
  for (const coefficients of refined.values()) {
    for (const isRefined of coefficients) missing += isRefined ? 0 : 1;
  }
  return missing / (64 * Math.max(refined.size, 1));
}

/** The components of a scan by its header's parameters (T.81, B.2.3). */
function idsOf(parameters: Uint8Array): number[] {
  const count = Math.min(parameters[0] ?? 0, MAX_COMPONENTS);
  return Array.from({ length: count }, (_, index) => parameters[1 + 2 * index] ?? 0);
}

/** How the data of a sequential scan are laid out; null: its parameters make no sense. */
function planScan(
  parameters: Uint8Array,
  header: JpegHeader,
  tables: HuffmanTables,
  interval: number,
): ScanPlan | null {
  const components: ScanComponent[] = [];
  const ids = idsOf(parameters);
  const h = Math.max(...header.components.map((component) => component.h));
  const v = Math.max(...header.components.map((component) => component.v));
  const alone = ids.length === 1;
  let units = Math.ceil(header.width / (8 * h)) * Math.ceil(header.height / (8 * v));
  for (const [index, id] of ids.entries()) {
    const component = header.components.find((each) => each.id === id);
    const places = parameters[2 + 2 * index] ?? 0;
    const dc = tables.get(places >> 4);
    const ac = tables.get(AC_TABLES + (places & 15));
    if (!component || !dc || !ac || component.h === 0 || component.v === 0) return null;
    components.push({ blocks: alone ? 1 : component.h * component.v, dc, ac });
    if (!alone) continue;
    // T.81, A.2.2: the blocks of one component alone cover its own samples, not whole units.
    const across = Math.ceil(Math.ceil((header.width * component.h) / h) / 8);
    units = across * Math.ceil(Math.ceil((header.height * component.v) / v) / 8);
  }
  if (components.length === 0 || units === 0) return null;
  return { components, units, interval };
}

function mendSegment(
  bytes: Uint8Array,
  segment: JpegSegment,
  header: JpegHeader | null,
): Uint8Array[] {
  const content = bytes.slice(segment.start, segment.end);
  const text = Buffer.from(content.subarray(0, 5)).toString("latin1");
  // The only major version there is; another one is a warning and nothing more.
  if (segment.marker === APP0 && text === "JFIF\0") content.set([1, 2], 5);
  // Three transforms are defined; for any other the decoder assumes those that are written here.
  if (segment.marker === APP14 && text === "Adobe" && (content[11] ?? 0) > 2) {
    content[11] = header?.components.length === 4 ? 2 : 1;
  }
  // The height may stand in a segment of its own behind the first scan, which libjpeg ignores.
  if (segment.start === header?.segment.start) {
    content.set([header.height >> 8, header.height & 0xff], 1);
  }
  return joinSegment(segment.marker, content);
}

function joinSegment(marker: number, content: Uint8Array): Uint8Array[] {
  const length = content.length + 2;
  return [Uint8Array.of(0xff, marker, length >> 8, length & 0xff), content];
}

function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
