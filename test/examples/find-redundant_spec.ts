import assert from "node:assert/strict";

import { findRedundant } from "../../lib/examples/find-redundant";

/** Points on the unit circle at the given degrees, the first the oldest. */
const at = (...degrees: number[]) =>
  degrees.map((degree, number) => {
    const angle = (degree * Math.PI) / 180;
    const vector = Float32Array.of(Math.cos(angle), Math.sin(angle));
    return { degree, vector, modified: number };
  });

describe("the most redundant picture", () => {
  it("is the older of the two that are nearest to one another", async () => {
    assert.equal((await findRedundant(at(0, 90, 180, 95)))?.degree, 90);
    assert.equal((await findRedundant(at(95, 0, 180, 90)))?.degree, 95);
    assert.equal((await findRedundant(at(10, 50, 11, 51.5)))?.degree, 10);
  });

  it("is the oldest of all where pairs are equally near", async () => {
    assert.equal((await findRedundant(at(0, 0, 0)))?.modified, 0);
    assert.equal((await findRedundant(at(90, 0, 0, 90)))?.degree, 90);
  });

  it("is none where there are not two", async () => {
    for (const pictures of [at(), at(1)]) {
      assert.deepEqual(await findRedundant(pictures), undefined);
    }
  });
});
