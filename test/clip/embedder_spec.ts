import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import sharp from "sharp";

import type { Embedder } from "../../lib/clip/embedder";
import {
  acquireEmbedder,
  disposeIdleEmbedders,
  type EmbedderLease,
} from "../../lib/clip/shared-embedders";
import { PROVIDERS, providersOf } from "../../lib/clip/provider";
import type { Frame, PixelSpec } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import { copyStarter } from "./starter-copy";

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
}

function assertUnit(vector: Float32Array): void {
  assert.ok(Math.abs(cosine(vector, vector) - 1) < 1e-5);
}

async function makeFrame(red: number): Promise<Frame> {
  const background = { r: red, g: 120, b: 40 };
  const png = await sharp({ create: { width: 300, height: 300, channels: 3, background } })
    .png()
    .toBuffer();
  const { frames } = await readFrames(png);
  return frames[0]!;
}

/** Counts how often the pixels of a frame are asked for: once a run of the image tower. */
function countRuns(frame: Frame): { frame: Frame; runs: () => number } {
  let runs = 0;
  const pixels = (spec: PixelSpec): ReturnType<Frame["pixels"]> => {
    runs += 1;
    return frame.pixels(spec);
  };
  return { frame: { ...frame, pixels }, runs: () => runs };
}

describe("the embedder on the starter model", () => {
  it("gives each vector memory of its own, and warns of no leak however many ask at once", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on("warning", listen);
    const texts = Array.from({ length: 40 }, (_, index) => `a new word ${index}`);
    const answers = await Promise.all(texts.map((text) => embedder.embedTexts([text, "both"])));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    assert.deepEqual(warnings, []);
    const bytes = embedder.info.dims * Float32Array.BYTES_PER_ELEMENT;
    for (const vector of answers.flat()) assert.equal(vector.buffer.byteLength, bytes);
  });

  let cacheDir: string;
  let lease: EmbedderLease;
  let embedder: Embedder;

  before(async () => {
    cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-embedder-"));
    lease = acquireEmbedder({ model: "starter", cacheDir, offline: true });
    embedder = await lease.value;
  });

  after(async () => {
    await lease.release();
    await disposeIdleEmbedders();
    await rm(cacheDir, { recursive: true, force: true });
  });

  it("says what it is", () => {
    const { labels, digest, ...info } = embedder.info;
    assert.equal(labels?.length, 1000);
    assert.match(digest, /^[0-9a-f]{16}$/);
    assert.equal(info.name, "starter");
    assert.equal(info.dims, 384);
    assert.equal(info.hasVision, true);
    assert.deepEqual(info.dtype, { text: "int8", vision: "fp16" });
  });

  it("computes on the CPU where the wanted device cannot be used, and says why", async () => {
    // No platform has all of them.
    const has = providersOf(process.platform, process.arch);
    const provider = PROVIDERS.find((each) => !has.includes(each))!;
    const wanting = acquireEmbedder({ model: "starter", cacheDir, offline: true, provider });
    try {
      const other = await wanting.value;
      assert.equal(other.info.refused?.provider, provider);
      assert.match(other.info.refused.reason, /\[dml\] backend not found/);
      assert.equal(embedder.info.refused, null);
      const texts = ["a photo of a gasket"];
      assert.deepEqual(await other.embedTexts(texts), await embedder.embedTexts(texts));
    } finally {
      await wanting.release();
    }
  });

  it("gives unit vectors in the order of the texts, equal ones for equal texts", async () => {
    const texts = ["a photo of a screw", "", "a photo of a cat", "a photo of a screw", "猫"];
    const vectors = await embedder.embedTexts(texts);
    assert.equal(vectors.length, texts.length);
    vectors.forEach(assertUnit);
    assert.deepEqual(vectors[0], vectors[3]);
    assert.deepEqual(await embedder.embedTexts([]), []);
    const [bolt] = await embedder.embedTexts(["a photo of a bolt"]);
    assert.ok(cosine(bolt!, vectors[0]!) > cosine(bolt!, vectors[2]!));
  });

  it("gives a text the same vector alone and among others", async () => {
    const texts = Array.from(
      { length: 150 },
      (_, i) => `part ${String(i)} of a ${"very ".repeat(i % 5)}old pump`,
    );
    const together = await embedder.embedTexts(texts);
    const other = await copyStarter();
    // Another cache and another digest: nothing is remembered there.
    await writeFile(path.join(other.folder, "labels.json"), '[{"name":"a","synonyms":[]}]');
    const alone = acquireEmbedder({ model: other.folder, cacheDir, offline: true });
    try {
      for (const i of [0, 7, 64, 149]) {
        const [vector] = await (await alone.value).embedTexts([texts[i]!]);
        assert.ok(cosine(vector!, together[i]!) > 1 - 1e-6);
      }
    } finally {
      await alone.release();
      await other.remove();
    }
  });

  it("counts tokens, and tells long texts apart before their end", async () => {
    assert.deepEqual(await embedder.countTokens(["", "a photo of a cat"]), [2, 7]);
    const long = [`red ${"pump ".repeat(400)}`, `blue ${"pump ".repeat(400)}`];
    assert.deepEqual(await embedder.countTokens(long), [403, 403]);
    const [red, blue] = await embedder.embedTexts(long);
    assertUnit(red!);
    assert.notDeepEqual(red, blue);
  });

  it("keeps text vectors on disk, and rebuilds what is damaged there", async () => {
    const [before] = await embedder.embedTexts(["a photo of a washer"]);
    await lease.release();
    const [name] = await readdir(path.join(cacheDir, "texts"));
    const file = path.join(cacheDir, "texts", name!);
    const bytes = await readFile(file);
    assert.ok(bytes.length > 384 * 4);
    bytes.fill(0, 100, 200);
    await disposeIdleEmbedders();
    await writeFile(file, bytes);
    lease = acquireEmbedder({ model: "starter", cacheDir, offline: true });
    embedder = await lease.value;
    const [after] = await embedder.embedTexts(["a photo of a washer"]);
    assert.deepEqual(after, before);
  });

  it("gives an image's vector, its features and the tower's own names for it in one run", async () => {
    const { frame, runs } = countRuns(await makeFrame(10));
    const [first, second] = await Promise.all([embedder.see(frame), embedder.see(frame)]);
    const { embedding, features, probabilities } = first;
    assertUnit(embedding!);
    assert.equal(embedding!.length, 384);
    assertUnit(features!);
    assert.equal(features!.length, 1280);
    assert.equal(probabilities!.length, 1000);
    assert.ok(Math.abs(probabilities!.reduce((a, b) => a + b, 0) - 1) < 1e-3);
    assert.deepEqual(second, first);
    assert.equal(runs(), 1);
  });

  it("remembers a few frames only", async () => {
    const first = countRuns(await makeFrame(20));
    await embedder.see(first.frame);
    for (let i = 0; i < 9; i++) await embedder.see(await makeFrame(30 + i));
    await embedder.see(first.frame);
    assert.equal(first.runs(), 2);
  });

  it("does not remember a frame that failed", async () => {
    const good = await makeFrame(50);
    const bad: Frame = { ...good, pixels: () => Promise.reject(new Error("no pixels")) };
    await assert.rejects(embedder.see(bad), /no pixels/);
    assertUnit((await embedder.see(good)).embedding!);
  });

  it("stops at its user's signal, before and during the work", async () => {
    const gone = AbortSignal.abort();
    const frame = await makeFrame(60);
    await assert.rejects(embedder.embedTexts(["x"], { signal: gone }), { code: "CLOSED" });
    await assert.rejects(embedder.see(frame, { signal: gone }), { code: "CLOSED" });
    const owner = new AbortController();
    const texts = Array.from({ length: 300 }, (_, i) => `text to stop ${String(i)}`);
    const work = embedder.embedTexts(texts, owner);
    setImmediate(() => {
      owner.abort();
    });
    await assert.rejects(work, { code: "CLOSED" });
    assertUnit((await embedder.see(frame)).embedding!);
  });

  it("leaves the event loop free while it works", async () => {
    let turns = 0;
    let working = true;
    const turn = (): void => {
      turns += 1;
      if (working) setTimeout(turn, 1);
    };
    turn();
    await embedder.embedTexts(Array.from({ length: 300 }, (_, i) => `a free loop ${String(i)}`));
    working = false;
    // In this thread the five runs would leave a handful of turns.
    assert.ok(turns > 20, `${String(turns)} turns`);
  });

  it("says what an image needs where there is no image tower", async () => {
    const copy = await copyStarter();
    await rm(path.join(copy.folder, "onnx", "vision_model_fp16.onnx"));
    const textOnly = acquireEmbedder({ model: copy.folder, cacheDir });
    try {
      const blind = await textOnly.value;
      assert.equal(blind.info.hasVision, false);
      const embedding = blind.see(await makeFrame(70));
      await assert.rejects(embedding, { code: "EMBEDDER_UNAVAILABLE", key: "clip.no-vision" });
    } finally {
      await textOnly.release();
      await copy.remove();
    }
  });

  it("loads its text tower after a restart with the first new text only", async () => {
    const copy = await copyStarter();
    const file = path.join(copy.folder, "onnx", "text_model_int8.onnx");
    const open = (): EmbedderLease => acquireEmbedder({ model: copy.folder, cacheDir });
    const replace = async (content: Buffer): Promise<void> => {
      await rm(file);
      await writeFile(file, content);
      await utimes(file, 1, 1);
    };
    try {
      const weights = await readFile(file);
      await replace(weights);
      const first = open();
      const known = await (await first.value).embedTexts(["a text of yesterday"]);
      await first.release();
      await disposeIdleEmbedders();
      // By size and time still the same file, so that only reading it tells.
      await replace(Buffer.alloc(weights.length));
      const second = open();
      const restarted = await second.value;
      assert.deepEqual(await restarted.embedTexts(["a text of yesterday"]), known);
      assert.ok((await restarted.see(await makeFrame(7))).embedding);
      const error = { code: "EMBEDDER_UNAVAILABLE", key: "clip.load-failed" };
      await assert.rejects(restarted.embedTexts(["a text of today"]), error);
      await second.release();
    } finally {
      await copy.remove();
    }
  });

  it("says so where the weights are none", async () => {
    const copy = await copyStarter();
    const file = path.join(copy.folder, "onnx", "text_model_int8.onnx");
    await rm(file);
    await writeFile(file, "no graph at all");
    const spoiled = acquireEmbedder({ model: copy.folder, cacheDir });
    try {
      const error = { code: "EMBEDDER_UNAVAILABLE", key: "clip.load-failed" };
      await assert.rejects(spoiled.value, error);
    } finally {
      await spoiled.release();
      await copy.remove();
    }
  });
});
