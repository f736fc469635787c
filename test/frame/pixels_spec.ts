import assert from "node:assert/strict";

import type { Pixels, PixelSpec } from "../../lib/frame/frame";
import { readOne } from "./assert-frame";
import { resizeLikePillow } from "./pillow-bicubic";

/** Pixels that stay bytes 0…255, to compare with. */
const BYTES: PixelSpec = { kernel: "cubic", rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

interface Rgb {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
}

/** Waves from coarse to finer than the target's pixels, and hard edges: aliasing would show. */
function paintDetail(width: number, height: number): Rgb {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      data[at] = 128 + 100 * Math.sin((x * x) / width / 2);
      data[at + 1] = (x >> 4) % 2 === (y >> 4) % 2 ? 230 : 20;
      data[at + 2] = 128 + 60 * Math.sin(x / 40) + 60 * Math.cos(y / 25);
    }
  }
  return { data, width, height, channels: 3 };
}

/** A picture that tells its own places: red is the column, green the row. */
function paintPlaces(width: number, height: number): Rgb {
  const data = Buffer.alloc(width * height * 3, 9);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y], (y * width + x) * 3);
  }
  return { data, width, height, channels: 3 };
}

/** Red and green at a place. */
const placeAt = (pixels: Pixels, x: number, y: number): number[] =>
  [0, 1].map((channel) => pixels.data[(channel * pixels.height + y) * pixels.width + x]!);

function meanError(pixels: Pixels, expected: Uint8Array): number {
  const plane = pixels.width * pixels.height;
  assert.equal(expected.length, plane * 3);
  let sum = 0;
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < 3; channel++) {
      sum += Math.abs(pixels.data[channel * plane + at]! - expected[at * 3 + channel]!);
    }
  }
  return sum / expected.length;
}

describe("pixels", () => {
  it("matches Pillow's antialiased bicubic within 2/255, smaller and larger", async () => {
    const sizes = [
      [1000, 600, 224, 224],
      [640, 480, 298, 224],
      [300, 200, 224, 224],
      [100, 80, 224, 224],
      [1024, 90, 224, 224],
      [224, 200, 224, 224],
    ] as const;
    for (const [fromWidth, fromHeight, width, height] of sizes) {
      const image = paintDetail(fromWidth, fromHeight);
      const frame = await readOne(image);
      const pixels = await frame.pixels({ ...BYTES, resize: { width, height } });
      assert.deepEqual([pixels.width, pixels.height], [width, height]);
      const expected = resizeLikePillow(image.data, image, { width, height });
      const error = meanError(pixels, expected);
      assert.ok(error < 2, `${fromWidth}×${fromHeight} → ${width}×${height}: ${error.toFixed(2)}`);
    }
  });

  it("resizes the short side, cuts the long one to whole pixels and crops the middle", async () => {
    // 333 × 200 → floor(64 · 333 / 200) = 106 × 64 → the middle 64: columns 21 to 84.
    const image = paintDetail(333, 200);
    const frame = await readOne(image);
    const crop = { width: 64, height: 64 };
    const pixels = await frame.pixels({ ...BYTES, resize: { shortest: 64 }, crop });
    const whole = await frame.pixels({ ...BYTES, resize: { width: 106, height: 64 } });
    assert.deepEqual([pixels.width, pixels.height], [64, 64]);
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < 64; y++) {
        const start = (channel * 64 + y) * 106 + 21;
        const row = (channel * 64 + y) * 64;
        assert.deepEqual(
          pixels.data.subarray(row, row + 64),
          whole.data.subarray(start, start + 64),
        );
      }
    }
    const tall = await (
      await readOne(paintDetail(200, 333))
    ).pixels({
      ...BYTES,
      resize: { shortest: 64 },
    });
    assert.deepEqual([tall.width, tall.height], [64, 106]);
  });

  it("keeps the middle in the middle with every kernel, smaller and larger", async () => {
    // A ramp: what a pixel shows is where it came from.
    for (const length of [8, 64]) {
      const data = Buffer.alloc(length * length * 3);
      for (let at = 0; at < data.length; at++) {
        const pixel = Math.floor(at / 3);
        const place = at % 3 === 0 ? pixel % length : Math.floor(pixel / length);
        data[at] = ((place + 0.5) * 256) / length;
      }
      const frame = await readOne({ data, width: length, height: length, channels: 3 });
      for (const kernel of ["nearest", "linear", "cubic", "lanczos3"] as const) {
        const pixels = await frame.pixels({ ...BYTES, kernel, resize: { width: 32, height: 16 } });
        const [x, y] = placeAt(pixels, 16, 8);
        const step = kernel === "nearest" ? 128 / length + 2 : 2;
        assert.ok(Math.abs(x! - 132) <= step, `${length} ${kernel}: column ${x}`);
        assert.ok(Math.abs(y! - 136) <= step, `${length} ${kernel}: row ${y}`);
      }
    }
  });

  it("crops without a resize, planar and in order", async () => {
    const frame = await readOne(paintPlaces(10, 8));
    const pixels = await frame.pixels({ ...BYTES, crop: { width: 4, height: 2 } });
    assert.deepEqual([pixels.width, pixels.height, pixels.data.length], [4, 2, 24]);
    assert.deepEqual(placeAt(pixels, 0, 0), [3, 3]);
    assert.deepEqual(placeAt(pixels, 3, 1), [6, 4]);
    assert.ok(pixels.data.subarray(16).every((value) => value === 9));
  });

  it("fills a crop that is larger than the image with black, as transformers does", async () => {
    const frame = await readOne(paintPlaces(3, 2));
    const pixels = await frame.pixels({ ...BYTES, crop: { width: 6, height: 4 } });
    // Three columns to fill: two on the left, one on the right.
    assert.deepEqual(placeAt(pixels, 2, 1), [0, 0]);
    assert.deepEqual(placeAt(pixels, 4, 2), [2, 1]);
    const blue = pixels.data.subarray(48);
    assert.equal(blue.filter((value) => value === 9).length, 6);
    assert.equal(blue.filter((value) => value === 0).length, 18);
  });

  it("rescales and normalises each channel", async () => {
    const data = Buffer.from([255, 102, 0]);
    const frame = await readOne({ data, width: 1, height: 1, channels: 3 });
    const pixels = await frame.pixels({
      resize: { width: 2, height: 1 },
      kernel: "linear",
      rescale: 1 / 255,
      mean: [0.5, 0.4, 0.3],
      std: [0.5, 0.25, 0.1],
    });
    const expected = [1, 1, 0, 0, -3, -3];
    for (const [at, value] of expected.entries()) {
      assert.ok(Math.abs(pixels.data[at]! - value) < 1e-6, `${at}: ${pixels.data[at]}`);
    }
  });

  it("takes the middle of a thin strip without growing all of it", async () => {
    for (const [width, height] of [
      [1000, 1],
      [1, 1000],
    ] as const) {
      const data = Buffer.alloc(width * height * 3);
      data.fill(200, data.length * 0.4, data.length * 0.6);
      const frame = await readOne({ data, width, height, channels: 3 });
      const crop = { width: 32, height: 32 };
      const pixels = await frame.pixels({ ...BYTES, resize: { shortest: 32 }, crop });
      assert.deepEqual([pixels.width, pixels.height], [32, 32]);
      assert.ok(pixels.data.every((value) => value === 200));
    }
  });

  it("gives the same pixels for equal calls at the same time", async () => {
    const frame = await readOne(paintDetail(400, 300));
    const spec: PixelSpec = { ...BYTES, resize: { width: 50, height: 50 } };
    const [first, second] = await Promise.all([frame.pixels(spec), frame.pixels(spec)]);
    assert.deepEqual(first, second);
  });
});
