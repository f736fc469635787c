import type { BoundedImage } from "./bounded-image";
import type { Pixels, PixelSpec } from "./frame";
import { resample } from "./resample";

/**
 * Beyond this ratio of long to short side only the middle is resized: the centre crop drops the
 * rest, and a strip of 1024 × 1 would grow to tens of megapixels.
 */
const MAX_RATIO = 8;

/**
 * What an image tower takes, by the rules of Hugging Face's image processors: resize with
 * antialiasing (as Pillow does), centre crop (what lies outside is black), rescale, normalise.
 */
export async function computePixels(image: BoundedImage, spec: PixelSpec): Promise<Pixels> {
  const part = spec.crop ? cutExtremes(image) : image;
  const resized = await resample(part, targetSize(part, spec), spec.kernel);
  const { width, height } = spec.crop ?? resized;
  const left = Math.floor((resized.width - width) / 2);
  const top = Math.floor((resized.height - height) / 2);
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const values = normaliseBytes(spec, channel);
    for (let y = 0; y < height; y++) {
      const row = top + y;
      for (let x = 0; x < width; x++) {
        const column = left + x;
        const inside = row >= 0 && row < resized.height && column >= 0 && column < resized.width;
        const byte = inside ? resized.data[(row * resized.width + column) * 3 + channel] : 0;
        data[channel * plane + y * width + x] = values[byte ?? 0] ?? 0;
      }
    }
  }
  return { data, width, height };
}

/** The normalised value of each byte of one channel. */
function normaliseBytes(spec: PixelSpec, channel: number): Float32Array {
  const mean = spec.mean[channel] ?? 0;
  const std = spec.std[channel] ?? 1;
  return Float32Array.from({ length: 256 }, (_, byte) => (byte * spec.rescale - mean) / std);
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

function targetSize(
  { width, height }: BoundedImage,
  spec: PixelSpec,
): { width: number; height: number } {
  if (!spec.resize) return { width, height };
  if ("width" in spec.resize) return { width: spec.resize.width, height: spec.resize.height };
  const { shortest } = spec.resize;
  // The long side is cut, not rounded: `get_resize_output_image_size` of transformers.
  return width <= height
    ? { width: shortest, height: Math.floor((shortest * height) / width) }
    : { width: Math.floor((shortest * width) / height), height: shortest };
}
