import assert from "node:assert/strict";

import type { Pixels, PixelSpec } from "../../lib/frame/frame";
import { readOne } from "./assert-frame";
import { resizeLikePillow } from "./pillow-bicubic";

/** What is normalised later does not matter here. */
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
  [0, 1].map((channel) => pixels.data[(y * pixels.width + x) * 3 + channel]!);

function meanError(pixels: Pixels, expected: Uint8Array): number {
  assert.equal(pixels.data.length, expected.length);
  const sum = expected.reduce((total, byte, at) => total + Math.abs(pixels.data[at]! - byte), 0);
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
    const rowOf = ({ data, width }: Pixels, y: number, left: number): number[] => [
      ...data.subarray((y * width + left) * 3, (y * width + left + 64) * 3),
    ];
    for (let y = 0; y < 64; y++) assert.deepEqual(rowOf(pixels, y, 0), rowOf(whole, y, 21));
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

  it("crops without a resize, in order", async () => {
    const frame = await readOne(paintPlaces(10, 8));
    const pixels = await frame.pixels({ ...BYTES, crop: { width: 4, height: 2 } });
    assert.deepEqual([pixels.width, pixels.height, pixels.data.length], [4, 2, 24]);
    assert.deepEqual(placeAt(pixels, 0, 0), [3, 3]);
    assert.deepEqual(placeAt(pixels, 3, 1), [6, 4]);
    assert.ok(pixels.data.every((value, at) => at % 3 !== 2 || value === 9));
  });

  it("fills a crop that is larger than the image with black, as transformers does", async () => {
    const frame = await readOne(paintPlaces(3, 2));
    const pixels = await frame.pixels({ ...BYTES, crop: { width: 6, height: 4 } });
    // Three columns to fill: two on the left, one on the right.
    assert.deepEqual(placeAt(pixels, 2, 1), [0, 0]);
    assert.deepEqual(placeAt(pixels, 4, 2), [2, 1]);
    const blue = pixels.data.filter((_, at) => at % 3 === 2);
    assert.equal(blue.filter((value) => value === 9).length, 6);
    assert.equal(blue.filter((value) => value === 0).length, 18);
  });

  it("crops what grows as it would crop the whole, smaller on one side or on none", async () => {
    for (const [width, height] of [
      [30, 20],
      [30, 50],
      [120, 20],
    ] as const) {
      const frame = await readOne(paintDetail(width, height));
      for (const kernel of ["nearest", "linear", "cubic", "lanczos3"] as const) {
        const resize = { width: 64, height: 40 };
        const crop = { width: 24, height: 30 };
        const whole = await frame.pixels({ ...BYTES, kernel, resize });
        const pixels = await frame.pixels({ ...BYTES, kernel, resize, crop });
        for (let y = 0; y < crop.height; y++) {
          const from = ((y + 5) * 64 + 20) * 3;
          assert.deepEqual(
            [...pixels.data.subarray(y * 24 * 3, (y + 1) * 24 * 3)],
            [...whole.data.subarray(from, from + 24 * 3)],
            `${width} × ${height}, ${kernel}, row ${y}`,
          );
        }
      }
    }
  });

  it("shares no memory with the picture, also where nothing is resized", async () => {
    const image = paintPlaces(10, 8);
    const frame = await readOne(image);
    const spec = { ...BYTES, resize: { width: 10, height: 8 } };
    const { data } = await frame.pixels(spec);
    assert.equal(data.buffer.byteLength, data.byteLength);
    data.fill(0);
    assert.deepEqual(Buffer.from((await frame.pixels(spec)).data), image.data);
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
