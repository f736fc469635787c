import { TAG, type Tiff } from "./tiff";
import { readNumber, TYPE_BYTES, type TiffEntry, type TiffLayout } from "./tiff-directory";

/** The tags that change how a picture looks; any other may be left out. */
const NEEDED: ReadonlySet<number> = new Set<number>([
  TAG.width,
  TAG.height,
  TAG.bits,
  TAG.compression,
  TAG.photometric,
  TAG.fillOrder,
  TAG.stripOffsets,
  TAG.orientation,
  TAG.samples,
  TAG.rowsPerStrip,
  TAG.stripByteCounts,
  TAG.planarConfig,
  TAG.t4Options,
  TAG.t6Options,
  TAG.predictor,
  TAG.colourMap,
  TAG.tileWidth,
  TAG.tileHeight,
  TAG.tileOffsets,
  TAG.tileByteCounts,
  TAG.inkSet,
  TAG.extraSamples,
  TAG.sampleFormat,
  TAG.jpegTables,
  TAG.yCbCrCoefficients,
  TAG.yCbCrSubsampling,
  TAG.yCbCrPositioning,
  TAG.referenceBlackWhite,
  TAG.profile,
]);

/** Values of tags that may be left out where they say something else. */
const LARGEST: ReadonlyMap<number, number> = new Map<number, number>([
  [TAG.orientation, 8],
  [TAG.planarConfig, 2],
  [TAG.fillOrder, 2],
]);

const SHORT = 3;
const SHORT_BYTES = 2;
const LONG_BYTES = 4;
const LONG = 4;
const UNCOMPRESSED = 1;

/**
 * A copy whose directory stands behind the rest, in order, and says only what shows: many a camera
 * writes tags out of order, texts without their end or units that there are not, and loses nothing
 * by it. It lists no other picture (a file may list thousands, which the decoder counts), and calls
 * signed grey samples unsigned, so that the decoder keeps those below 0.
 */
export function mendTiff(bytes: Uint8Array, tiff: Tiff): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { layout } = tiff;
  const { word, countBytes, entryBytes } = layout;
  const zerosAt = file.length + (file.length % 2);
  const entries = chooseEntries(file, tiff, zerosAt);
  const start = zerosAt + SHORT_BYTES * tiff.extraSamples;
  const directoryBytes = countBytes + entries.length * entryBytes + word;
  const mended = Buffer.alloc(start + directoryBytes);
  mended.set(file);
  writeNumber(mended, start, layout.isBig ? 8 : 4, word, layout);
  writeNumber(mended, entries.length, start, countBytes, layout);
  for (const [index, { entry }] of entries.entries()) {
    mended.set(entry, start + countBytes + index * entryBytes);
  }
  return mended;
}

interface Chosen {
  readonly tag: number;
  /** As it stands in the directory. */
  readonly entry: Uint8Array;
}

/** `zerosAt`: where zeros will stand, two bytes for each channel beyond the colours. */
function chooseEntries(file: Buffer, tiff: Tiff, zerosAt: number): Chosen[] {
  const { layout, extraSamples } = tiff;
  const chosen = new Map<number, Chosen>();
  for (const each of tiff.entries) {
    if (chosen.has(each.tag) || !isSound(file, each, tiff)) continue;
    const entry = file.subarray(each.at, each.at + layout.entryBytes);
    chosen.set(each.tag, { tag: each.tag, entry });
  }
  const add = (tag: number, type: number, value: number, count = 1): void => {
    chosen.set(tag, { tag, entry: createEntry({ tag, type, count, value }, layout) });
  };
  if (!chosen.has(TAG.photometric)) add(TAG.photometric, SHORT, tiff.photometric);
  if (extraSamples > 0 && !chosen.has(TAG.extraSamples)) {
    const isInline = SHORT_BYTES * extraSamples <= layout.word;
    add(TAG.extraSamples, SHORT, isInline ? 0 : zerosAt, extraSamples);
  }
  const strips = tiff.entries.find(({ tag }) => tag === TAG.stripOffsets);
  const isOneStrip = tiff.compression === UNCOMPRESSED && strips?.count === 1;
  if (isOneStrip && !chosen.has(TAG.stripByteCounts)) {
    add(TAG.stripByteCounts, LONG, tiff.pieceBytes);
  }
  return [...chosen.values()].sort((a, b) => a.tag - b.tag);
}

function isSound(file: Buffer, entry: TiffEntry, tiff: Tiff): boolean {
  const { tag, type, count, valuesAt } = entry;
  if (!NEEDED.has(tag) || count === 0) return false;
  if (tag === TAG.sampleFormat) return !tiff.isSignedGrey;
  if (tag === TAG.yCbCrSubsampling) return count === 2;
  if (tag === TAG.extraSamples) return count === tiff.extraSamples;
  const value = readNumber(file, valuesAt, TYPE_BYTES[type] ?? 1, tiff.layout.littleEndian);
  if (tag === TAG.stripByteCounts) return count > 1 || value > 0;
  const largest = LARGEST.get(tag);
  return largest === undefined || (value >= 1 && value <= largest);
}

/** `value` is the only one, or where the values stand. */
function createEntry(
  { tag, type, count, value }: { tag: number; type: number; count: number; value: number },
  layout: TiffLayout,
): Uint8Array {
  const { word, entryBytes } = layout;
  const entry = Buffer.alloc(entryBytes);
  writeNumber(entry, tag, 0, 2, layout);
  writeNumber(entry, type, 2, 2, layout);
  writeNumber(entry, count, 4, word, layout);
  const valueBytes = count > 1 ? word : type === SHORT ? SHORT_BYTES : LONG_BYTES;
  writeNumber(entry, value, 4 + word, valueBytes, layout);
  return entry;
}

function writeNumber(
  to: Buffer,
  value: number,
  at: number,
  bytes: number,
  { littleEndian }: TiffLayout,
): void {
  if (bytes === 8) {
    if (littleEndian) to.writeBigUInt64LE(BigInt(value), at);
    else to.writeBigUInt64BE(BigInt(value), at);
  } else if (littleEndian) to.writeUIntLE(value, at, bytes);
  else to.writeUIntBE(value, at, bytes);
}
