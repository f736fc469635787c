import type { BoundedImage } from "./bounded-image";
import type { SmoothKernel } from "./filters";
import { loadSharp } from "./load-sharp";
import type { Rectangle, Size } from "./rectangle";
import { createShrinkKernel } from "./shrink-kernel";
import { tapsOfColumns, tapsOfRows, type ShrinkTaps } from "./shrink-taps";

/** Larger parts of a picture are shrunk on another thread: these take 2 ms at most. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What a kernel may read or write beyond the end. */
const SLACK = 16;

/** Null where there is none. */
let kernel: ReturnType<typeof createShrinkKernel> | undefined;

/**
 * A part of the picture in a size that is smaller, as libvips shrinks it, bit for bit. A question to
 * libvips takes a millisecond, whatever there is to do; here it is a fifth for what an image tower
 * looks at.
 */
export async function shrink(
  image: BoundedImage,
  size: Size,
  filter: SmoothKernel,
  part: Rectangle,
): Promise<BoundedImage> {
  const rows = tapsOfRows(image.height, size.height, filter);
  const columns = tapsOfColumns(image.width, size.width, filter);
  const data = rows && columns && shrinkHere(image, rows, columns, part);
  return { data: data ?? (await shrinkBySharp(image, size, filter, part)), ...sizeOf(part) };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

async function shrinkBySharp(
  image: BoundedImage,
  { width, height }: Size,
  filter: SmoothKernel,
  part: Rectangle,
): Promise<Buffer> {
  const sharp = await loadSharp();
  const raw = { width: image.width, height: image.height, channels: 3 as const };
  return sharp(image.data, { raw, limitInputPixels: false })
    .resize({ width, height, fit: "fill", kernel: filter })
    .extract(part)
    .raw()
    .toBuffer();
}

/** Rows first, then columns; null where that is not for this thread. */
function shrinkHere(
  { data, width }: BoundedImage,
  rows: ShrinkTaps,
  columns: ShrinkTaps,
  part: Rectangle,
): Buffer | null {
  const [top, bottom] = rangeOf(rows, part.top, part.height);
  const [left, right] = rangeOf(columns, part.left, part.width);
  const stride = 3 * width;
  const place = placer();
  const source = place((bottom - top) * stride);
  const rowWeights = place(2 * part.height * rows.count);
  const places = place(4 * part.width);
  const columnWeights = place(2 * part.width * columns.count);
  const line = place(3 * (right - left));
  const out = place(3 * part.width * part.height);
  const memory = source.size <= MOST_BYTES ? reserve(out.end) : null;
  if (!kernel || !memory) return null;
  new Uint8Array(memory, source.start, source.size).set(
    data.subarray(top * stride, bottom * stride),
  );
  copyWeights(rows, part.top, new Int16Array(memory, rowWeights.start, rowWeights.size / 2));
  const bytes = new Int32Array(memory, places.start, part.width);
  for (let x = 0; x < part.width; x++) {
    bytes[x] = 3 * ((columns.first[part.left + x] as number) - left);
  }
  copyWeights(
    columns,
    part.left,
    new Int16Array(memory, columnWeights.start, columnWeights.size / 2),
  );
  const { functions } = kernel;
  for (let y = 0; y < part.height; y++) {
    const from = source.start + ((rows.first[part.top + y] as number) - top) * stride + 3 * left;
    const weights = rowWeights.start + 2 * y * rows.count;
    functions.rows(from, stride, weights, weights + 2 * rows.count, line.start, line.end);
    const to = out.start + 3 * y * part.width;
    functions.columns(
      line.start,
      places.start,
      columnWeights.start,
      2 * columns.count,
      to,
      to + 3 * part.width,
    );
  }
  // Memory that the thread of the image tower can share.
  const shrunk = Buffer.from(new SharedArrayBuffer(out.size));
  shrunk.set(new Uint8Array(memory, out.start, out.size));
  return shrunk;
}

/** The old pixels that some new ones are made of, from the first to behind the last. */
function rangeOf({ first, count }: ShrinkTaps, from: number, length: number): [number, number] {
  return [first[from] ?? 0, (first[from + length - 1] ?? 0) + count];
}

/** Those of new pixels from one on. */
function copyWeights({ weights, count }: ShrinkTaps, from: number, out: Int16Array): void {
  out.set(weights.subarray(from * count, from * count + out.length));
}

/** Lays places of memory behind each other. */
function placer(): (size: number) => { start: number; size: number; end: number } {
  let end = 0;
  return (size) => {
    const start = end;
    end = Math.ceil((start + size + SLACK) / SLACK) * SLACK;
    return { start, size, end: start + size };
  };
}

/** Memory of so many bytes and what may be touched behind them; null where there is none. */
function reserve(bytes: number): ArrayBuffer | null {
  if (kernel === undefined) kernel = createShrinkKernel(0);
  return kernel?.reserve(bytes + SLACK) ?? null;
}
