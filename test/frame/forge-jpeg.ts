import sharp from "sharp";

/** A JPEG taken apart: what stands before the data of its only scan, and these. */
export interface JpegParts {
  /** From SOI to the scan header, that included. */
  readonly head: Buffer;
  /** Entropy-coded data, without the end marker. */
  readonly data: Buffer;
}

export const END = Buffer.from("ffd9", "hex");

/** Lines of one row of coded units in a picture whose colours are halved both ways. */
const UNIT_ROWS = 16;

/** A baseline JPEG with the standard Huffman tables, as cameras write it. */
export function encodeBaseline(picture: sharp.Sharp): Promise<Buffer> {
  return picture
    .jpeg({ quality: 85, optimiseCoding: false, progressive: false, mozjpeg: false })
    .toBuffer();
}

export function takeApart(jpeg: Buffer): JpegParts {
  let at = 2;
  while (jpeg[at + 1] !== 0xda) at += 2 + jpeg.readUInt16BE(at + 2);
  const start = at + 2 + jpeg.readUInt16BE(at + 2);
  return { head: jpeg.subarray(0, start), data: jpeg.subarray(start, jpeg.lastIndexOf(END)) };
}

/** The content of a segment (without its length) replaced; null takes the whole segment out. */
export function changeSegments(
  head: Buffer,
  change: (marker: number, content: Buffer) => Buffer | null,
): Buffer {
  const parts = [head.subarray(0, 2)];
  for (let at = 2; at < head.length;) {
    const length = head.readUInt16BE(at + 2);
    const marker = head[at + 1]!;
    const content = change(marker, Buffer.from(head.subarray(at + 4, at + 2 + length)));
    if (content) parts.push(segment(marker, content));
    at += 2 + length;
  }
  return Buffer.concat(parts);
}

export function segment(marker: number, content: Buffer): Buffer {
  const start = Buffer.from([0xff, marker, 0, 0]);
  start.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([start, content]);
}

/**
 * A baseline JPEG with a restart marker behind each row of units: `intervals` are the data of the
 * rows, and `head` declares them. The library does not write restarts; a row of units that is
 * encoded alone starts as one behind a restart does.
 */
export async function encodeRows(
  picture: sharp.Sharp,
): Promise<{ head: Buffer; intervals: Buffer[] }> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const rows: Buffer[] = [];
  for (let top = 0; top < height; top += UNIT_ROWS) {
    const lines = Math.min(UNIT_ROWS, height - top);
    const strip = data.subarray(top * width * 3, (top + lines) * width * 3);
    const raw = { width, height: lines, channels: 3 as const };
    rows.push(takeApart(await encodeBaseline(sharp(strip, { raw }))).data);
  }
  const { head } = takeApart(
    await encodeBaseline(sharp(data, { raw: { width, height, channels: 3 } })),
  );
  const interval = Buffer.alloc(2);
  interval.writeUInt16BE(Math.ceil(width / UNIT_ROWS));
  const scan = head.lastIndexOf(Buffer.from("ffda", "hex"));
  const declared = Buffer.concat([
    head.subarray(0, scan),
    segment(0xdd, interval),
    head.subarray(scan),
  ]);
  return { head: declared, intervals: rows };
}

/** The rows with restart markers between, numbered as the standard wants unless told otherwise. */
export function joinRows(
  { head, intervals }: { head: Buffer; intervals: readonly Buffer[] },
  number: (index: number) => number = (index) => index % 8,
): Buffer {
  const parts = intervals.flatMap((data, index) =>
    index === 0 ? [data] : [Buffer.from([0xff, 0xd0 + number(index - 1)]), data],
  );
  return Buffer.concat([head, ...parts, END]);
}
