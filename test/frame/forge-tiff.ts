/** A picture as TIFF tells of it (TIFF revision 6.0). */
export interface TiffForm {
  readonly width: number;
  readonly height: number;
  /** Samples of a pixel (1). */
  readonly samples?: number;
  /** Of a sample (8). */
  readonly bits?: number;
  /** 1 unsigned, 2 signed, 3 floating-point (1). */
  readonly format?: number;
  readonly compression?: number;
  readonly photometric?: number;
  /** BigTIFF, whose offsets have 64 bits. */
  readonly big?: boolean;
  /** Further ones, or others in place of those that follow from the rest; null leaves one out. */
  readonly tags?: readonly (readonly [tag: number, value: number | null | string])[];
  /** Tags from the highest down, as no file should have them. */
  readonly reversed?: boolean;
  /** Of the only strip, little-endian. */
  readonly data: Buffer;
}

const ASCII = 2;
const SHORT = 3;
const LONG = 4;
const BYTES: Readonly<Record<number, number>> = { [ASCII]: 1, [SHORT]: 2, [LONG]: 4 };

/** A TIFF of one strip, of forms that the image library does not write. */
export function forgeTiff(form: TiffForm): Buffer {
  const { width, height, samples = 1, bits = 8, format = 1, big = false, data } = form;
  type Tag = [tag: number, type: number, values: number[]];
  const all = new Map<number, Tag>();
  const standard: Tag[] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array<number>(samples).fill(bits)],
    [259, SHORT, [form.compression ?? 1]],
    [262, SHORT, [form.photometric ?? (samples >= 3 ? 2 : 1)]],
    [273, LONG, [0]],
    [277, SHORT, [samples]],
    [278, LONG, [height]],
    [279, LONG, [data.length]],
    [339, SHORT, Array<number>(samples).fill(format)],
  ];
  for (const tag of standard) all.set(tag[0], tag);
  for (const [tag, value] of form.tags ?? []) {
    if (value === null) all.delete(tag);
    else if (typeof value === "number") all.set(tag, [tag, LONG, [value]]);
    else all.set(tag, [tag, ASCII, [...Buffer.from(value, "latin1")]]);
  }
  const tags = [...all.values()].sort(([a], [b]) => (form.reversed ? b - a : a - b));
  const word = big ? 8 : 4;
  const entry = big ? 20 : 12;
  const countBytes = big ? 8 : 2;
  const start = big ? 16 : 8;
  const directory = Buffer.alloc(countBytes + tags.length * entry + word);
  directory.writeUIntLE(tags.length, 0, big ? 4 : 2);
  const outside: Buffer[] = [];
  let next = start + directory.length;
  const dataAt =
    next +
    tags.reduce((sum, [, type, values]) => {
      const bytes = values.length * BYTES[type]!;
      return sum + (bytes > word ? bytes : 0);
    }, 0);
  for (const [index, [tag, type, values]] of tags.entries()) {
    const at = countBytes + index * entry;
    const size = BYTES[type]!;
    const bytes = Buffer.alloc(values.length * size);
    values.forEach((value, nth) => {
      bytes.writeUIntLE(tag === 273 ? dataAt : value, size * nth, size);
    });
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    if (bytes.length > word) {
      directory.writeUInt32LE(next, at + 4 + word);
      next += bytes.length;
      outside.push(bytes);
    } else bytes.copy(directory, at + 4 + word);
  }
  const head = Buffer.alloc(start);
  head.write("II", "latin1");
  head.writeUInt16LE(big ? 43 : 42, 2);
  if (big) head.writeUInt16LE(8, 4);
  head.writeUInt32LE(start, big ? 8 : 4);
  return Buffer.concat([head, directory, ...outside, data]);
}
