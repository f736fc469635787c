/** One tag of a TIFF directory (TIFF revision 6.0, section 2). */
export interface TiffEntry {
  readonly tag: number;
  readonly type: number;
  /** How many values. */
  readonly count: number;
  /** Where the entry stands. */
  readonly at: number;
  /** Where its first value stands. */
  readonly valuesAt: number;
}

/** What tells numbers in a TIFF and a BigTIFF apart: their order of bytes and their lengths. */
export interface TiffLayout {
  readonly littleEndian: boolean;
  readonly isBig: boolean;
  /** Of an offset. */
  readonly word: 4 | 8;
  /** Of the number of entries. */
  readonly countBytes: 2 | 8;
  readonly entryBytes: 12 | 20;
}

/** The directory of the first picture, its entries in the order of the file. */
export interface TiffDirectory {
  readonly layout: TiffLayout;
  readonly entries: readonly TiffEntry[];
  /** Whether another picture's directory follows. */
  readonly hasMore: boolean;
}

/** Bytes of one value by its type number; those that are left out are none of the tags read here. */
export const TYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 16: 8 };

const MAX_ENTRIES = 1000;

/** Throws `RangeError` where an offset leads out of the file. */
export function readTiffDirectory(file: Buffer): TiffDirectory {
  const littleEndian = file[0] === 0x49;
  const isBig = readNumber(file, 2, 2, littleEndian) === 43;
  const layout: TiffLayout = isBig
    ? { littleEndian, isBig, word: 8, countBytes: 8, entryBytes: 20 }
    : { littleEndian, isBig, word: 4, countBytes: 2, entryBytes: 12 };
  const { word, countBytes, entryBytes } = layout;
  const read = (at: number, bytes: number): number => readNumber(file, at, bytes, littleEndian);
  const start = read(isBig ? 8 : 4, word);
  const count = Math.min(read(start, countBytes), MAX_ENTRIES);
  const entries = Array.from({ length: count }, (_, index): TiffEntry => {
    const at = start + countBytes + index * entryBytes;
    const type = read(at + 2, 2);
    const values = read(at + 4, word);
    const place = at + 4 + word;
    const isInline = (TYPE_BYTES[type] ?? 8) * values <= word;
    const valuesAt = isInline ? place : read(place, word);
    return { tag: read(at, 2), type, count: values, at, valuesAt };
  });
  const nextAt = start + countBytes + count * entryBytes;
  return { layout, entries, hasMore: read(nextAt, word) !== 0 };
}

export function readNumber(file: Buffer, at: number, bytes: number, littleEndian: boolean): number {
  if (bytes === 8) {
    return Number(littleEndian ? file.readBigUInt64LE(at) : file.readBigUInt64BE(at));
  }
  return littleEndian ? file.readUIntLE(at, bytes) : file.readUIntBE(at, bytes);
}
