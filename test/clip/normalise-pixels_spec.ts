import assert from "node:assert/strict";

import { createNormaliser, type Normalise } from "../../lib/clip/normalise-pixels";
import type { PixelSpec } from "../../lib/frame/frame";
import { withoutKernel } from "./without-kernel";

const SPEC: PixelSpec = {
  kernel: "linear",
  rescale: 1 / 255,
  mean: [0.5, 0.4, 0.3],
  std: [0.5, 0.25, 0.1],
};

function assertClose(actual: Float32Array, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [at, value] of expected.entries()) {
    assert.ok(Math.abs(actual[at]! - value) < 1e-6, `${at}: ${actual[at]}`);
  }
}

/** Of the vector instructions, and where there are none. */
function createBoth(): Normalise[] {
  const both = [createNormaliser(SPEC)];
  withoutKernel(() => both.push(createNormaliser(SPEC)));
  return both;
}

describe("the floats of a picture's bytes", () => {
  it("are rescaled and normalised by channel, red before green before blue", () => {
    const bytes = Uint8Array.of(255, 102, 0, 0, 102, 51);
    for (const normalise of createBoth()) assertClose(normalise(bytes), [1, -1, 0, 0, -3, -1]);
  });

  it("are those of the next picture, of any size, once that has been asked for", () => {
    for (const normalise of createBoth()) {
      assertClose(normalise(Uint8Array.of(255, 102, 0)), [1, 0, -3]);
      assertClose(normalise(Uint8Array.of(0, 102, 0)), [-1, 0, -3]);
      assertClose(normalise(new Uint8Array()), []);
      const large = normalise(new Uint8Array(3 * 200 * 200).fill(102));
      assertClose(large.subarray(40_000 - 1, 40_000 + 1), [-0.2, 0]);
      assertClose(large.subarray(120_000 - 1), [1]);
    }
  });

  it("are the same to the last bit, whoever computes them", () => {
    const bytes = Uint8Array.from({ length: 768 }, (_, at) => Math.floor(at / 3));
    const [first, second] = createBoth().map((normalise) => normalise(bytes));
    assert.deepEqual(first, second);
  });
});
