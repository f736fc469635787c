import assert from "node:assert/strict";

import { remember } from "../../lib/basics/remember";

describe("remember", () => {
  it("works out once what is asked for again, and begins anew beyond its bound", () => {
    const worked: number[] = [];
    const half = remember((key: number) => {
      worked.push(key);
      return key === 0 ? null : key / 2;
    }, 2);
    assert.deepEqual([half(4), half(0), half(4), half(0)], [2, null, 2, null]);
    assert.deepEqual(worked, [4, 0]);
    assert.deepEqual([half(6), half(4)], [3, 2]);
    assert.deepEqual(worked, [4, 0, 6, 4]);
  });
});
