import assert from "node:assert/strict";
import { once } from "node:events";
import type { Worker } from "node:worker_threads";

import type { SessionSpec } from "../../lib/clip/inference-messages";
import { findStarterFolder } from "../../lib/clip/presets";
import { spawnWorker, WorkerHost } from "../../lib/clip/worker-host";

const TEXT_ONLY: SessionSpec = {
  folder: findStarterFolder(),
  family: "clip",
  maxTokens: 256,
  dtypes: { text: "int8", vision: null },
  pixelSpec: null,
  threads: 1,
};

describe("the inference thread", () => {
  const workers: Worker[] = [];
  let host: WorkerHost;

  beforeEach(() => {
    workers.length = 0;
    host = new WorkerHost(() => {
      const worker = spawnWorker();
      workers.push(worker);
      return worker;
    });
  });

  afterEach(() => Promise.all(workers.map((worker) => worker.terminate())));

  const crash = async (): Promise<void> => {
    await workers.at(-1)!.terminate();
  };

  it("is one for all models and ends with the last", async () => {
    const first = await host.open(TEXT_ONLY);
    const second = await host.open(TEXT_ONLY);
    assert.equal(workers.length, 1);
    const ended = once(workers[0]!, "exit");
    await host.close(first.session);
    assert.equal((await host.ask("count", second.session, { texts: ["a"] })).length, 1);
    await host.close(second.session);
    await ended;
    const third = await host.open(TEXT_ONLY);
    assert.equal(workers.length, 2);
    await host.close(third.session);
  });

  it("may be started ahead, and is ended without a model only once it has started", async () => {
    const letGo = host.prepare();
    const answers: unknown[] = [];
    workers[0]!.on("message", (answer) => answers.push(answer));
    const ended = once(workers[0]!, "exit");
    await letGo();
    await ended;
    // A thread that is ended while it loads native code takes the process with it.
    assert.equal(answers.length, 1);
  });

  it("is kept by who is about to open a model, whoever else fails", async () => {
    const letGo = host.prepare();
    const failing = host.open({
      ...TEXT_ONLY,
      folder: "/nothing",
      dtypes: { text: "int8", vision: "fp16" },
    });
    await assert.rejects(failing, { key: "clip.load-failed" });
    const { session } = await host.open(TEXT_ONLY);
    await letGo();
    assert.equal(workers.length, 1);
    assert.equal((await host.ask("count", session, { texts: ["a"] })).length, 1);
    await host.close(session);
  });

  it("comes back with its models after a crash", async () => {
    const { session } = await host.open(TEXT_ONLY);
    const before = await host.ask("texts", session, { texts: ["a screw"], alone: true });
    await crash();
    assert.deepEqual(await host.ask("texts", session, { texts: ["a screw"], alone: true }), before);
    assert.equal(workers.length, 2);
    await host.close(session);
  });

  it("asks again what was not answered, loading included", async () => {
    const opening = host.open(TEXT_ONLY);
    await crash();
    const { session } = await opening;
    assert.equal(
      (await host.ask("texts", session, { texts: ["a screw"], alone: true })).length,
      384,
    );
    await host.close(session);
  });

  it("gives up after a second crash, for what waits and what comes", async () => {
    const { session } = await host.open(TEXT_ONLY);
    await crash();
    const waiting = host.ask("texts", session, { texts: ["a screw"], alone: true });
    const refused = assert.rejects(waiting, {
      code: "EMBEDDER_UNAVAILABLE",
      key: "clip.worker-lost",
    });
    await crash();
    await refused;
    assert.equal(host.lost, true);
    await assert.rejects(host.ask("count", session, { texts: [] }), { key: "clip.worker-lost" });
    await assert.rejects(host.open(TEXT_ONLY), { key: "clip.worker-lost" });
    await host.close(session);
  });

  it("ends although somebody stopped waiting for an answer", async () => {
    const { session } = await host.open(TEXT_ONLY);
    const owner = new AbortController();
    const texts = ["a screw", "a nail"];
    const abandoned = host.ask("texts", session, { texts, alone: true }, owner.signal);
    owner.abort();
    await assert.rejects(abandoned, { code: "CLOSED" });
    const ended = once(workers[0]!, "exit");
    await host.close(session);
    await ended;
  });

  it("says what failed in it, in a sentence that can be translated", async () => {
    const folder = `${TEXT_ONLY.folder}/nothing`;
    const opening = host.open({ ...TEXT_ONLY, folder, dtypes: { text: "int8", vision: "fp16" } });
    const ended = once(workers[0]!, "exit");
    await assert.rejects(opening, { key: "clip.load-failed", message: /could not be loaded/ });
    await ended;
  });
});
