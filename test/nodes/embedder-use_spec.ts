import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Worker } from "node:worker_threads";

import { disposeIdleEmbedders } from "../../lib/clip/shared-embedders";
import { sharedHost } from "../../lib/clip/worker-host";
import { EmbedderUse } from "../../nodes/runtime/models/embedder-use";

describe("a node's use of a model", () => {
  let cacheDir: string;
  let use: EmbedderUse;

  beforeEach(async () => {
    cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-use-"));
    use = new EmbedderUse(
      () => ({ model: "starter", cacheDir }),
      () => undefined,
    );
  });
  afterEach(async () => {
    await use.release();
    await disposeIdleEmbedders();
    await rm(cacheDir, { recursive: true, force: true });
  });

  it("stays with its model whatever becomes of one message", async () => {
    const embedder = await use.get();
    const gone = AbortSignal.abort();
    await assert.rejects(embedder.embedTexts(["screw"], { signal: gone }), { code: "CLOSED" });
    await disposeIdleEmbedders();
    assert.equal(await use.get(), embedder);
    assert.equal((await embedder.embedTexts(["a new word"])).length, 1);
  });

  it("gets the model anew where its thread is gone for good", async () => {
    const embedder = await use.get();
    const host = sharedHost();
    const crash = () => (host as unknown as { worker: Worker | null }).worker?.terminate();
    await crash();
    assert.equal((await embedder.embedTexts(["the first crash heals"])).length, 1);
    await crash();
    await assert.rejects(embedder.embedTexts(["the second does not"]), {
      code: "EMBEDDER_UNAVAILABLE",
    });
    const next = await use.get();
    assert.notEqual(next, embedder);
    assert.equal((await next.embedTexts(["works"])).length, 1);
  });
});
