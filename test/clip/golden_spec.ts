import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Embedder } from "../../lib/clip/embedder";
import { inspectModelFolder, type ModelFolder } from "../../lib/clip/model-folder";
import { ModelSession } from "../../lib/clip/model-session";
import {
  acquireEmbedder,
  disposeIdleEmbedders,
  type EmbedderLease,
} from "../../lib/clip/shared-embedders";
import { readFrames } from "../../lib/frame/read-frames";

/** What Python's transformers makes of the same weights, texts and pictures. */
interface Golden {
  readonly texts: readonly { text: string; ids: number[]; vector: number[] }[];
  readonly images: readonly { file: string; size: number; rgb: string; vector: number[] }[];
  readonly paperRule: {
    readonly words: readonly string[];
    readonly lists: readonly (readonly number[])[];
    /** Answer, list, place of the winner in the list. */
    readonly pairs: readonly (readonly [number, number, number])[];
  };
}

const MODELS = path.resolve(__dirname, "../fixtures/models");

function assertClose(actual: Float32Array, expected: readonly number[], name: string): void {
  assert.equal(actual.length, expected.length, name);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? NaN))));
  assert.ok(worst < 1e-4, `${name}: ${String(worst)}`);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? NaN) * (b[i] ?? NaN);
  return sum;
}

for (const [name, family, maxTokens] of [
  ["tiny-clip", "clip", 77],
  ["tiny-siglip", "siglip", 64],
] as const) {
  describe(`${name} against Python's transformers`, () => {
    let golden: Golden;
    let model: ModelFolder;
    let session: ModelSession;
    let cacheDir: string;
    let lease: EmbedderLease;
    let embedder: Embedder;

    before(async () => {
      const folder = path.join(MODELS, name);
      golden = JSON.parse(await readFile(path.join(folder, "golden.json"), "utf8")) as Golden;
      model = await inspectModelFolder(folder);
      session = await ModelSession.open({ ...model, threads: 1 });
      cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-golden-"));
      lease = acquireEmbedder({ model: folder, cacheDir, offline: true });
      embedder = await lease.value;
    });

    after(async () => {
      await session.dispose();
      await lease.release();
      await disposeIdleEmbedders();
      await rm(cacheDir, { recursive: true, force: true });
    });

    it("is taken for its family", () => {
      assert.equal(embedder.info.family, family);
      assert.equal(embedder.info.maxTokens, maxTokens);
      assert.equal(embedder.info.name, name);
      assert.equal(embedder.info.dims, 24);
    });

    it("has the same ids for every text, long ones included", async () => {
      const ids = await session.tokenize(golden.texts.map(({ text }) => text));
      for (const [i, { text, ids: expected }] of golden.texts.entries()) {
        assert.deepEqual(ids[i], expected, text);
      }
    });

    it("counts a text's tokens before it is cut", async () => {
      const counts = await embedder.countTokens(golden.texts.map(({ text }) => text));
      assert.ok(counts.some((count) => count > maxTokens));
      assert.ok(counts.some((count) => count < 20));
    });

    it("has the same vector for every text within 1e-4", async () => {
      const vectors = await embedder.embedTexts(golden.texts.map(({ text }) => text));
      for (const [i, { text, vector }] of golden.texts.entries()) {
        assertClose(vectors[i]!, vector, text);
      }
    });

    it("tells long texts with different beginnings apart", async () => {
      const long = golden.texts.filter(({ text }) => text.length > 400);
      assert.ok(long.length >= 2);
      const [a, b] = await embedder.embedTexts(long.map(({ text }) => text));
      assert.ok(dot(a!, b!) < 0.999);
    });

    it("has the same vector for the same pixels within 1e-4", async () => {
      for (const { file, size, rgb, vector } of golden.images) {
        const bytes = Buffer.from(rgb, "base64");
        const { embedding } = await session.embedImage(bytes, size, size);
        assertClose(embedding!, vector, file);
      }
    });

    it("has the same pixels within 2/255 on average, and nearly the same vector", async () => {
      for (const { file, size, rgb, vector } of golden.images) {
        const { frames } = await readFrames(await readFile(path.join(MODELS, name, file)));
        const spec = model.pixelSpec!;
        const { data, width, height } = await frames[0]!.pixels(spec);
        assert.deepEqual([width, height], [size, size]);
        const expected = Buffer.from(rgb, "base64");
        const distance = data.reduce((sum, byte, i) => sum + Math.abs(byte - expected[i]!), 0);
        assert.ok(distance / data.length < 2, `${file}: ${String(distance / data.length)}`);
        const { embedding } = await session.embedImage(data, width, height);
        const cosine = dot(embedding!, vector);
        assert.ok(cosine > 0.99, `${file}: ${String(cosine)}`);
      }
    });

    it("chooses what the paper's rule chooses, a thousand times", async () => {
      const { words, lists, pairs } = golden.paperRule;
      const prompts = words.map((word) => `a photo of a ${word}`.replaceAll("_", " "));
      const vectors = await embedder.embedTexts(prompts);
      assert.equal(pairs.length, 1000);
      for (const [answer, list, expected] of pairs) {
        const cosines = lists[list]!.map((word) => dot(vectors[word]!, vectors[answer]!));
        assert.equal(cosines.indexOf(Math.max(...cosines)), expected);
      }
    });
  });
}
