import type { BoundedImage } from "./bounded-image";
import { loadSharp } from "./load-sharp";

/**
 * Difference hash: is each of 8 × 8 cells of the grey picture darker than its right neighbour?
 * 16 hex digits (Krawetz, "Kind of Like That", hackerfactor.com, 2013). It survives noise,
 * compression and changes of brightness, not a shift of the camera.
 */
export async function computePerceptualHash(image: BoundedImage): Promise<string> {
  const sharp = await loadSharp();
  const { data, width, height } = image;
  const grey = await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ width: 9, height: 8, fit: "fill", kernel: "cubic" })
    .toColourspace("b-w")
    .raw()
    .toBuffer();
  let bits = 0n;
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      const at = row * 9 + column;
      bits = (bits << 1n) | (grey.readUInt8(at) < grey.readUInt8(at + 1) ? 1n : 0n);
    }
  }
  return bits.toString(16).padStart(16, "0");
}

/** In how many of its 64 bits one perceptual hash differs from another: 0 the same, 64 opposite. */
export function hammingDistance(a: string, b: string): number {
  let rest = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; rest > 0n; rest &= rest - 1n) count++;
  return count;
}
