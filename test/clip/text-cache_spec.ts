import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { TextCache } from "../../lib/clip/text-cache";

const DIMS = 8;

function vectorOf(seed: number): Float32Array {
  return Float32Array.from({ length: DIMS }, (_, i) => Math.sin(seed * 31 + i));
}

describe("the cache of text vectors", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tlac-cache-"));
    file = path.join(folder, "texts", "model.vectors");
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fill = async (cache: TextCache, from: number, to: number): Promise<void> => {
    const seeds = Array.from({ length: to - from }, (_, i) => from + i);
    cache.add(
      seeds.map((seed) => `text ${String(seed)}`),
      seeds.map(vectorOf),
    );
    await cache.flush();
  };

  const assertHas = (cache: TextCache, from: number, to: number): void => {
    for (let seed = from; seed < to; seed++) {
      assert.deepEqual(cache.get(`text ${String(seed)}`), vectorOf(seed), `text ${String(seed)}`);
    }
  };

  it("remembers at once, and on disk for the next process", async () => {
    const cache = await TextCache.open(file, DIMS);
    assert.equal(cache.get("text 0"), undefined);
    cache.add(["text 0"], [vectorOf(0)]);
    assertHas(cache, 0, 1);
    await cache.flush();
    await fill(cache, 1, 700);
    const next = await TextCache.open(file, DIMS);
    assert.equal(next.size, 700);
    assertHas(next, 0, 700);
    await fill(next, 700, 710);
    assertHas(await TextCache.open(file, DIMS), 0, 710);
    assert.deepEqual(await readdir(path.dirname(file)), ["model.vectors"]);
  });

  it("keeps texts in any script apart", async () => {
    const cache = await TextCache.open(file, DIMS);
    cache.add(["ねじ", "釘", "ネジ", ""], [1, 2, 3, 4].map(vectorOf));
    await cache.flush();
    const next = await TextCache.open(file, DIMS);
    assert.deepEqual(next.get("ねじ"), vectorOf(1));
    assert.deepEqual(next.get("ネジ"), vectorOf(3));
    assert.deepEqual(next.get(""), vectorOf(4));
  });

  const damages: readonly (readonly [string, () => Promise<void>])[] = [
    ["a flipped bit in the first vector", () => flipByte(file, 80)],
    ["a flipped bit in the header", () => flipByte(file, 2)],
    ["an impossible number of entries", () => flipByte(file, 15)],
    ["a cut end", async () => truncate(file, (await stat(file)).size - 3)],
    ["nothing left but a few bytes", () => truncate(file, 5)],
    ["another file's content", () => writeFile(file, "not a cache at all, but long enough")],
    ["emptiness", () => writeFile(file, "")],
  ];
  for (const [name, damage] of damages) {
    it(`survives ${name} and is whole again after the next write`, async () => {
      await fill(await TextCache.open(file, DIMS), 0, 300);
      await damage();
      const cache = await TextCache.open(file, DIMS);
      assert.ok(cache.size < 300);
      for (let seed = 0; seed < 300; seed++) {
        const vector = cache.get(`text ${String(seed)}`);
        if (vector) assert.deepEqual(vector, vectorOf(seed));
      }
      await fill(cache, 0, 300);
      const next = await TextCache.open(file, DIMS);
      assert.equal(next.size, 300);
      assertHas(next, 0, 300);
    });
  }

  it("is empty for vectors of another length", async () => {
    await fill(await TextCache.open(file, DIMS), 0, 3);
    assert.equal((await TextCache.open(file, DIMS * 2)).size, 0);
  });

  it("forgets what was not used for longest, in memory and in the file", async () => {
    const limits = { memoryBytes: 10 * 48, fileBytes: 20 * 48 };
    const cache = await TextCache.open(file, DIMS, limits);
    await fill(cache, 0, 10);
    assertHas(cache, 0, 1);
    await fill(cache, 10, 15);
    assert.equal(cache.size, 10);
    assertHas(cache, 0, 1);
    assert.equal(cache.get("text 1"), undefined);
    for (let seed = 15; seed < 200; seed++) await fill(cache, seed, seed + 1);
    assert.ok((await stat(file)).size <= limits.fileBytes);
    assertHas(await TextCache.open(file, DIMS, limits), 195, 200);
  });

  it("keeps no more in memory than its bound, also of vectors that share a block", async () => {
    const limits = { memoryBytes: 10 * 48, fileBytes: 1e6 };
    const cache = await TextCache.open(file, DIMS, limits);
    for (let block = 0; block < 10; block++) {
      const flat = new Float32Array(256 * DIMS);
      const texts = Array.from({ length: 256 }, (_, i) => `block ${block} text ${i}`);
      cache.add(
        texts,
        texts.map((_, i) => flat.subarray(i * DIMS, (i + 1) * DIMS)),
      );
      const kept = cache.get(`block ${block} text 255`);
      assert.equal(kept?.buffer.byteLength, DIMS * Float32Array.BYTES_PER_ELEMENT);
    }
    await cache.flush();
  });

  it("writes a new file where somebody removed it", async () => {
    const cache = await TextCache.open(file, DIMS);
    await fill(cache, 0, 5);
    await rm(file);
    await fill(cache, 5, 6);
    assertHas(await TextCache.open(file, DIMS), 0, 6);
  });

  it("still answers where nothing can be written", async () => {
    await writeFile(path.join(folder, "texts"), "a file where the folder should be");
    const cache = await TextCache.open(file, DIMS);
    await fill(cache, 0, 5);
    assertHas(cache, 0, 5);
  });
});

async function flipByte(file: string, offset: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
  await writeFile(file, bytes);
}
