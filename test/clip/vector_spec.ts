import assert from "node:assert/strict";

import { forEachDot } from "../../lib/clip/vector";

describe("the dot products of a vector with a table's rows", () => {
  it("are told of each row once, in order, however many there are", () => {
    for (const rows of [0, 1, 3, 4, 5, 8, 11, 17]) {
      const dims = 5;
      const table = Float32Array.from({ length: rows * dims }, (_, at) => (at % 7) - 3);
      const vector = Float32Array.from({ length: dims }, (_, at) => at + 1);
      const told: [number, number][] = [];
      forEachDot(table, vector, (row, dot) => told.push([row, dot]));
      const expected = Array.from({ length: rows }, (_, row) => {
        const values = [...table.subarray(row * dims, (row + 1) * dims)];
        return [row, values.reduce((sum, value, at) => sum + value * (at + 1), 0)];
      });
      assert.deepEqual(told, expected);
    }
  });

  it("are none with a vector of no length", () => {
    forEachDot(new Float32Array(4), new Float32Array(0), () => assert.fail());
  });
});
