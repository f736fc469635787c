import assert from "node:assert/strict";

import { upperBound } from "../../lib/confidence/clopper-pearson";

describe("Clopper and Pearson's upper bound", () => {
  // Without errors it is 1 - 0.05^(1/n), by hand; the others solve the binomial sum by hand.
  const rows: readonly (readonly [errors: number, trials: number, bound: number])[] = [
    [0, 1, 0.95],
    [0, 10, 0.258866],
    [1, 10, 0.394163],
    [2, 10, 0.506901],
    [5, 10, 0.777559],
    [10, 10, 1],
    [0, 59, 1 - 0.05 ** (1 / 59)],
    [0, 149, 1 - 0.05 ** (1 / 149)],
  ];
  for (const [errors, trials, bound] of rows) {
    it(`is ${bound.toFixed(4)} for ${String(errors)} in ${String(trials)}`, () => {
      assert.ok(Math.abs(upperBound(errors, trials, 0.95) - bound) < 1e-5);
    });
  }

  it("solves the binomial sum: at the bound, so few errors have a chance of 5 %", () => {
    const bound = upperBound(1, 50, 0.95);
    const chance = (1 - bound) ** 50 + 50 * bound * (1 - bound) ** 49;
    assert.ok(Math.abs(chance - 0.05) < 1e-9);
  });

  it("needs 149 photos without an error for 1 in 50, and 59 for 1 in 20", () => {
    assert.ok(upperBound(0, 148, 0.95) > 1 / 50 && upperBound(0, 149, 0.95) <= 1 / 50);
    assert.ok(upperBound(0, 58, 0.95) > 1 / 20 && upperBound(0, 59, 0.95) <= 1 / 20);
  });
});
