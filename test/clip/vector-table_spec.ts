import assert from "node:assert/strict";

import { VectorTable } from "../../lib/clip/vector-table";
import { withoutKernel } from "./without-kernel";

/** Numbers that look like chance, −0.5…0.5, and are the same each time. */
function drawVectors(count: number, dims: number): Float32Array[] {
  return Array.from({ length: count }, (_, row) =>
    Float32Array.from({ length: dims }, (__, column) => {
      const value = Math.sin(12.9898 * (row * dims + column + 1)) * 43_758.5453;
      return value - Math.floor(value) - 0.5;
    }),
  );
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}

function assertDots(rows: number, dims: number): void {
  const vectors = drawVectors(rows + 1, dims);
  const table = VectorTable.of(vectors.slice(0, rows), dims);
  const vector = vectors[rows]!;
  const told: [number, number][] = [];
  table.forEachDot(vector, (row, product) => told.push([row, product]));
  assert.deepEqual(
    told.map(([row]) => row),
    [...Array(rows).keys()],
  );
  for (const [row, product] of told) {
    const expected = dot(vectors[row]!, vector);
    const most = 1e-6 * Math.max(1, Math.sqrt(dims));
    assert.ok(Math.abs(product - expected) < most, `${rows} × ${dims}, row ${row}`);
    assert.deepEqual(table.at(row), vectors[row]);
  }
}

describe("a table of vectors", () => {
  it("tells the dot product with each row, once and in order, small and large", () => {
    for (const [rows, dims] of [
      [0, 384],
      [3, 5],
      [8, 16],
      [50, 384],
      [64, 256],
      [321, 130],
      [1, 20_001],
      [20_001, 1],
    ] as const) {
      assertDots(rows, dims);
    }
  });

  it("gives a vector the same products in any row, beside whatever others", () => {
    const [vector, query, ...others] = drawVectors(403, 130);
    const table = VectorTable.of([vector!, ...others, vector!], 130);
    const products: number[] = [];
    table.forEachDot(query!, (_, product) => products.push(product));
    assert.equal(products[0], products.at(-1));
  });

  it("takes a row that comes later", () => {
    const [first, second] = drawVectors(2, 384);
    const table = new VectorTable(100, 384);
    table.set(99, first!);
    table.set(99, second!);
    const products: number[] = [];
    table.forEachDot(second!, (_, product) => products.push(product));
    assert.ok(products.slice(0, 99).every((product) => product === 0));
    assert.ok(Math.abs(products[99]! - dot(second!, second!)) < 1e-4);
  });

  it("works where the process may have no more address space", () => {
    withoutKernel(() => {
      assertDots(321, 130);
    });
  });
});
