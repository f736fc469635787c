import type { BoundedImage } from "./bounded-image";
import type { Pixels, PixelSpec } from "./frame";
import type { Size } from "./rectangle";
import { resample } from "./resample";

/**
 * Beyond this ratio of long to short side only the middle is resized: the centre crop drops the
 * rest, and a strip of 1024 × 1 would grow to tens of megapixels.
 */
const MAX_RATIO = 8;

/**
 * What an image tower is shown, by the rules of Hugging Face's image processors: resize with
 * antialiasing (as Pillow does), centre crop (what lies outside is black).
 */
export async function computePixels(image: BoundedImage, spec: PixelSpec): Promise<Pixels> {
  const part = spec.crop ? cutExtremes(image) : image;
  const size = targetSize(part, spec);
  const crop = spec.crop ?? size;
  const left = Math.floor((size.width - crop.width) / 2);
  const top = Math.floor((size.height - crop.height) / 2);
  const inside = {
    left: Math.max(left, 0),
    top: Math.max(top, 0),
    width: Math.min(crop.width, size.width),
    height: Math.min(crop.height, size.height),
  };
  const middle = await resample(part, size, spec.kernel, inside);
  return frameInBlack(middle, crop, inside.left - left, inside.top - top);
}

/** The picture at its place in one of the size that is wanted, in memory of its own. */
function frameInBlack(
  { data, width, height }: BoundedImage,
  size: Size,
  left: number,
  top: number,
): Pixels {
  // A sender of bytes sends all the memory that they lie in.
  const isOwn = data.byteLength === data.buffer.byteLength;
  if (isOwn && width === size.width && height === size.height) return { ...size, data };
  const framed = new Uint8Array(size.width * size.height * 3);
  for (let row = 0; row < height; row++) {
    const line = data.subarray(row * width * 3, (row + 1) * width * 3);
    framed.set(line, ((top + row) * size.width + left) * 3);
  }
  return { ...size, data: framed };
}

function cutExtremes(image: BoundedImage): BoundedImage {
  const { width, height, data } = image;
  const long = MAX_RATIO * Math.min(width, height);
  if (Math.max(width, height) <= long) return image;
  if (height > width) {
    const top = Math.floor((height - long) / 2);
    return { width, height: long, data: data.subarray(top * width * 3, (top + long) * width * 3) };
  }
  const left = Math.floor((width - long) / 2);
  const rows = Array.from({ length: height }, (_, row) => {
    const start = (row * width + left) * 3;
    return data.subarray(start, start + long * 3);
  });
  return { width: long, height, data: Buffer.concat(rows) };
}

function targetSize({ width, height }: BoundedImage, spec: PixelSpec): Size {
  if (!spec.resize) return { width, height };
  if ("width" in spec.resize) return { width: spec.resize.width, height: spec.resize.height };
  const { shortest } = spec.resize;
  // The long side is cut, not rounded: `get_resize_output_image_size` of transformers.
  return width <= height
    ? { width: shortest, height: Math.floor((shortest * height) / width) }
    : { width: Math.floor((shortest * width) / height), height: shortest };
}
