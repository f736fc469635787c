import assert from "node:assert/strict";

import sharp from "sharp";

import { hammingDistance } from "../../lib/frame/perceptual-hash";
import { readOne } from "./assert-frame";

/** Soft blobs, as a scene has them; `phase` moves them. */
async function paintScene(phase: number, brightness = 0): Promise<Buffer> {
  const [width, height] = [320, 240];
  const data = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const wave = Math.sin(x / 37 + phase) + Math.cos(y / 29 + phase * 2) + Math.sin((x + y) / 53);
      data[y * width + x] = 110 + brightness + wave * 35;
    }
  }
  return sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

describe("perceptual hash", () => {
  it("counts the bits that differ", () => {
    assert.equal(hammingDistance("0000000000000000", "0000000000000000"), 0);
    assert.equal(hammingDistance("0000000000000000", "ffffffffffffffff"), 64);
    assert.equal(hammingDistance("8000000000000001", "0000000000000000"), 2);
  });

  it("has one bit for each fall or rise of brightness to the right", async () => {
    const ramp = Buffer.from(Array.from({ length: 90 * 8 }, (_, at) => (at % 90) * 2));
    const rising = { data: ramp, width: 90, height: 8, channels: 1 };
    assert.equal((await readOne(rising)).perceptualHash, "ffffffffffffffff");
    const falling = { ...rising, data: Buffer.from(ramp).reverse() };
    assert.equal((await readOne(falling)).perceptualHash, "0000000000000000");
  });

  it("stays near for a new size, compression and brightness, and far for another scene", async () => {
    const scene = await paintScene(0);
    const { perceptualHash } = await readOne(scene);
    const distance = async (image: Buffer): Promise<number> =>
      hammingDistance(perceptualHash, (await readOne(image)).perceptualHash);
    assert.ok((await distance(await sharp(scene).jpeg({ quality: 30 }).toBuffer())) <= 4);
    assert.ok((await distance(await sharp(scene).resize(200).png().toBuffer())) <= 4);
    assert.ok((await distance(await paintScene(0, 25))) <= 4);
    assert.ok((await distance(await paintScene(2))) >= 16);
  });
});
