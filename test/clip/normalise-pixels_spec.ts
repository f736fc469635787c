import assert from "node:assert/strict";

import { createNormaliser } from "../../lib/clip/normalise-pixels";

describe("the floats of a picture's bytes", () => {
  const normalise = createNormaliser({
    kernel: "linear",
    rescale: 1 / 255,
    mean: [0.5, 0.4, 0.3],
    std: [0.5, 0.25, 0.1],
  });

  const assertClose = (actual: Float32Array, expected: readonly number[]): void => {
    assert.equal(actual.length, expected.length);
    for (const [at, value] of expected.entries()) {
      assert.ok(Math.abs(actual[at]! - value) < 1e-6, `${at}: ${actual[at]}`);
    }
  };

  it("are rescaled and normalised by channel, red before green before blue", () => {
    const bytes = Uint8Array.of(255, 102, 0, 0, 102, 51);
    assertClose(normalise(bytes), [1, -1, 0, 0, -3, -1]);
  });

  it("are those of the next picture, of any size, once that has been asked for", () => {
    assertClose(normalise(Uint8Array.of(255, 102, 0)), [1, 0, -3]);
    assertClose(normalise(Uint8Array.of(0, 102, 0)), [-1, 0, -3]);
    assertClose(normalise(new Uint8Array()), []);
  });
});
