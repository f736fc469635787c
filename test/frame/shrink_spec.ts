import assert from "node:assert/strict";

import sharp from "sharp";

import type { BoundedImage } from "../../lib/frame/bounded-image";
import type { SmoothKernel } from "../../lib/frame/filters";
import type { Rectangle } from "../../lib/frame/rectangle";
import { shrink } from "../../lib/frame/shrink";
import { createShrinkKernel } from "../../lib/frame/shrink-kernel";

/** Every pixel another colour: what is weighed wrongly shows. */
function paintNoise(width: number, height: number): BoundedImage {
  const data = Buffer.alloc(width * height * 3);
  let state = 7;
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    data[at] = state >> 16;
  }
  return { data, width, height };
}

async function shrinkBySharp(
  { data, ...size }: BoundedImage,
  width: number,
  height: number,
  kernel: SmoothKernel,
): Promise<Buffer> {
  return sharp(data, { raw: { ...size, channels: 3 } })
    .resize({ width, height, fit: "fill", kernel })
    .raw()
    .toBuffer();
}

function cut(data: Buffer, width: number, part: Rectangle): Buffer {
  return Buffer.concat(
    Array.from({ length: part.height }, (_, row) => {
      const start = ((part.top + row) * width + part.left) * 3;
      return data.subarray(start, start + part.width * 3);
    }),
  );
}

describe("a smaller picture", () => {
  it("is made here, not by libvips, where the processor allows it", () => {
    assert.ok(createShrinkKernel(1));
  });

  for (const [from, to, kernel] of [
    ["451x300", "438x292", "cubic"],
    ["800x600", "298x224", "cubic"],
    ["512x512", "256x256", "cubic"],
    ["300x250", "224x224", "lanczos3"],
    ["400x300", "224x224", "linear"],
    // One side alone.
    ["400x224", "224x224", "cubic"],
    ["224x400", "224x224", "linear"],
    // Places that are equally near to two steps.
    ["333x333", "320x320", "linear"],
    ["450x386", "384x384", "lanczos3"],
    // Hardly as large as the filter, and smaller.
    ["12x9", "9x8", "lanczos3"],
    ["5x4", "2x2", "cubic"],
    // By so much that libvips first takes the mean of blocks.
    ["900x300", "200x200", "cubic"],
    ["2000x1500", "600x500", "cubic"],
  ] as const) {
    it(`is that of libvips, byte for byte: ${from} as ${to}, ${kernel}`, async () => {
      const [width = 0, height = 0] = from.split("x").map(Number);
      const [newWidth = 0, newHeight = 0] = to.split("x").map(Number);
      const image = paintNoise(width, height);
      const expected = await shrinkBySharp(image, newWidth, newHeight, kernel);
      const size = { width: newWidth, height: newHeight };
      const whole = await shrink(image, size, kernel, { left: 0, top: 0, ...size });
      assert.ok(whole.data.equals(expected));
      assert.deepEqual([whole.width, whole.height], [newWidth, newHeight]);
      const left = Math.floor(newWidth / 5);
      const top = Math.floor(newHeight / 3);
      const part = { left, top, width: newWidth - 2 * left, height: newHeight - 2 * top };
      const middle = await shrink(image, size, kernel, part);
      assert.ok(middle.data.equals(cut(expected, newWidth, part)));
    });
  }
});
