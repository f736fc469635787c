import type { BoundedImage } from "./bounded-image";
import type { PixelSpec } from "./frame";
import { FILTERS, type SmoothKernel } from "./filters";
import { shrink } from "./shrink";
import type { Rectangle, Size } from "./rectangle";

type Kernel = PixelSpec["kernel"];

/**
 * Resizes as Pillow does, which image towers were trained on: a kernel that widens with the factor
 * of reduction, and pixels that have their centre in their middle. libvips agrees where a side
 * shrinks. Where one grows it lies half a pixel aside (and its nearest takes the first pixel, not
 * the middle one), so those are ours.
 *
 * @param part of the resized picture: what is wanted of it, which is all that is computed
 */
export async function resample(
  image: BoundedImage,
  size: Size,
  kernel: Kernel,
  part: Rectangle,
): Promise<BoundedImage> {
  if (kernel !== "nearest" && isSmaller(size, image)) return shrink(image, size, kernel, part);
  const shrunk = kernel === "nearest" ? image : await shrinkSides(image, size, kernel);
  const columns = createTaps(shrunk.width, size.width, kernel);
  const rows = createTaps(shrunk.height, size.height, kernel);
  return resampleColumns(
    resampleRows(shrunk, columns.slice(part.left, part.left + part.width)),
    rows.slice(part.top, part.top + part.height),
  );
}

function isSmaller(size: Size, image: Size): boolean {
  const { width, height } = size;
  if (width > image.width || height > image.height) return false;
  return width < image.width || height < image.height;
}

/** Only the sides that are longer than wanted. */
async function shrinkSides(
  image: BoundedImage,
  wanted: Size,
  kernel: SmoothKernel,
): Promise<BoundedImage> {
  const width = Math.min(image.width, wanted.width);
  const height = Math.min(image.height, wanted.height);
  if (width === image.width && height === image.height) return image;
  return shrink(image, { width, height }, kernel, { left: 0, top: 0, width, height });
}

function resampleRows({ data, width, height }: BoundedImage, taps: readonly Tap[]): BoundedImage {
  const to = taps.length;
  const out = Buffer.alloc(to * height * 3);
  for (const [x, tap] of taps.entries()) {
    for (let y = 0; y < height; y++) {
      applyTap(data, (y * width + tap.first) * 3, 3, tap.weights, out, (y * to + x) * 3);
    }
  }
  return { data: out, width: to, height };
}

function resampleColumns({ data, width }: BoundedImage, taps: readonly Tap[]): BoundedImage {
  const out = Buffer.alloc(width * taps.length * 3);
  for (const [y, tap] of taps.entries()) {
    for (let x = 0; x < width; x++) {
      const from = (tap.first * width + x) * 3;
      applyTap(data, from, width * 3, tap.weights, out, (y * width + x) * 3);
    }
  }
  return { data: out, width, height: taps.length };
}

/** Writes one RGB pixel: the weighted sum of those from `from` on, `step` bytes apart. */
function applyTap(
  data: Buffer,
  from: number,
  step: number,
  weights: readonly number[],
  out: Buffer,
  at: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    let source = from + channel;
    for (const weight of weights) {
      sum += weight * (data[source] ?? 0);
      source += step;
    }
    out[at + channel] = Math.min(Math.max(Math.round(sum), 0), 255);
  }
}

interface Tap {
  /** Index of the first pixel of the old line. */
  readonly first: number;
  /** Of that pixel and those after it; their sum is 1. */
  readonly weights: readonly number[];
}

/** Which old pixels, and how much of each, make each pixel of the new line. */
function createTaps(length: number, newLength: number, kernel: Kernel): Tap[] {
  return Array.from({ length: newLength }, (_, index) => {
    const centre = ((index + 0.5) * length) / newLength;
    if (length === newLength) return { first: index, weights: [1] };
    if (kernel === "nearest") return { first: Math.floor(centre), weights: [1] };
    const { support, weigh } = FILTERS[kernel];
    const first = Math.max(Math.floor(centre - support + 0.5), 0);
    const last = Math.min(Math.floor(centre + support + 0.5), length);
    const weights = Array.from({ length: last - first }, (__, at) =>
      weigh(first + at + 0.5 - centre),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}
