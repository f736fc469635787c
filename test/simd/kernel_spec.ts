import assert from "node:assert/strict";

import { get, integer, plus, storeInteger, type KernelFunction } from "../../lib/simd/assembler";
import { defineKernel } from "../../lib/simd/kernel";

interface Functions {
  keep(place: number, value: number): void;
}

const KEEP: KernelFunction = {
  name: "keep",
  parameters: 2,
  integers: 0,
  vectors: 0,
  body: storeInteger(get(0), plus(get(1), integer(1_000))),
};

describe("a kernel", () => {
  it("computes in memory of its own, which grows and keeps what it holds", () => {
    const create = defineKernel<Functions>(() => [KEEP]);
    const [first, second] = [create(100), create(100)];
    first!.functions.keep(8, 7);
    second!.functions.keep(8, 8);
    const memory = first!.reserve(200_000)!;
    assert.ok(memory.byteLength >= 200_000);
    first!.functions.keep(199_996, 9);
    const numbers = new Int32Array(first!.reserve(100)!);
    assert.deepEqual([numbers[2], numbers[199_996 / 4]], [1_007, 1_009]);
    assert.equal(new Int32Array(second!.reserve(100)!)[2], 1_008);
  });

  it("is null where the processor has no such instructions", () => {
    const body = [0xfd, 0xff, 0x7f];
    assert.equal(defineKernel<Functions>(() => [{ ...KEEP, body }])(100), null);
  });
});
