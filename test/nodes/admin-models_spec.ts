import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";

import clipModel from "../../nodes/clip-model";
import type { DownloadProgress, PresetState } from "../../nodes/admin/models";
import { providersOf } from "../../lib/clip/provider";
import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import { HubServer } from "../clip/hub-server";
import { copyStarter } from "../clip/starter-copy";
import { dragNode } from "../helpers/flow-nodes";
import { withEnvironment } from "../helpers/with-environment";
import { startAdmin, type AdminServer } from "./admin-server";

const PRESET = "clip-vit-base-patch16";
const files = new Map<string, Buffer>([
  ...["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"].map(
    (file) => [file, Buffer.from("{}")] as const,
  ),
  ["onnx/text_model.onnx", Buffer.alloc(300_000, 1)],
  ["onnx/vision_model_quantized.onnx", Buffer.alloc(200_000, 2)],
]);
const allBytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);

describe("admin endpoints of clip-model", () => {
  let admin: AdminServer;
  let hub: HubServer;

  beforeEach(async () => {
    hub = await HubServer.start(files);
    admin = await startAdmin(clipModel, [dragNode("clip-model", "model")]);
  });
  afterEach(async () => {
    await admin.close();
    await hub.stop();
  });

  const download = async (): Promise<unknown> =>
    (await admin.post("clip-model/download", { preset: PRESET, dtype: "" })).body.job;
  const readState = async (name = PRESET): Promise<PresetState> => {
    const { presets } = (await admin.get("clip-model/presets?dtype=")).body;
    const state = (presets as PresetState[]).find((preset) => preset.name === name);
    assert.ok(state);
    return state;
  };

  it("tells of each preset where its files are, what they take and which are missing", async () => {
    const state = await readState();
    assert.ok(state.folder.startsWith(path.join(admin.userDir, "tlac", "models")));
    assert.deepEqual([...state.missing].sort(), [...files.keys()].sort());
    assert.deepEqual([state.bytes, state.licence, state.sizeMB], [0, "MIT", 344]);
    const starter = await readState("starter");
    assert.deepEqual(starter.missing, []);
    assert.ok(starter.bytes > 30e6);
  });

  it("tells on what its computer could compute", async () => {
    const { providers } = (await admin.get("clip-model/providers")).body;
    assert.deepEqual(providers, providersOf(process.platform, process.arch));
    assert.deepEqual(providersOf("linux", "x64"), ["cpu", "cuda"]);
    assert.deepEqual(providersOf("linux", "arm64"), ["cpu"]);
    assert.deepEqual(providersOf("win32", "x64"), ["cpu", "dml"]);
    assert.deepEqual(providersOf("darwin", "arm64"), ["cpu", "coreml"]);
  });

  it("downloads with progress, then all is there; removing takes it away again", async () => {
    await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
      const view = await admin.follow("clip-model", await download());
      assert.equal(view.state, "done");
      const { loadedBytes } = view.progress as DownloadProgress;
      assert.equal(loadedBytes, allBytes);
    });
    const { missing, bytes, folder } = await readState();
    assert.deepEqual(missing, []);
    // The manifest lies beside the model's own files.
    assert.ok(bytes > allBytes && bytes < allBytes + 2_000);
    const removed = await admin.post("clip-model/remove", { preset: PRESET });
    assert.equal(removed.body.bytes, 0);
    assert.equal(existsSync(folder), false);
  });

  it("keeps what has come when a download is cancelled, and removes nothing meanwhile", async () => {
    hub.fail("onnx/text_model.onnx", { kind: "stall", after: 100_000 });
    await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
      const job = await download();
      await admin.follow(
        "clip-model",
        job,
        ({ progress }) => (progress as DownloadProgress | null)?.file === "onnx/text_model.onnx",
      );
      const refused = await admin.post("clip-model/remove", { preset: PRESET });
      assert.deepEqual([refused.status, refused.body.code], [409, "IN_USE"]);
      await admin.post(`clip-model/jobs/${String(job)}/cancel`, {});
      assert.equal((await admin.follow("clip-model", job)).state, "cancelled");
      assert.deepEqual((await readState()).missing, [
        "onnx/text_model.onnx",
        "onnx/vision_model_quantized.onnx",
      ]);
      assert.equal((await admin.follow("clip-model", await download())).state, "done");
    });
  });

  it("removes no model that a flow holds", async () => {
    hub.fail("onnx/text_model.onnx", { kind: "stall", after: 100_000 });
    await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
      const cacheDir = path.join(admin.userDir, "tlac");
      const lease = acquireEmbedder({ model: PRESET, cacheDir });
      lease.value.catch(() => undefined);
      const refused = await admin.post("clip-model/remove", { preset: PRESET });
      assert.deepEqual([refused.status, refused.body.code], [409, "IN_USE"]);
      await lease.release();
      const removed = await admin.post("clip-model/remove", { preset: PRESET });
      assert.equal(removed.status, 200);
    });
  });

  it("takes another number format for another download", async () => {
    hub.fail("config.json", { kind: "stall", after: 0 }, { kind: "stall", after: 0 });
    await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
      const start = async (dtype: string): Promise<unknown> =>
        (await admin.post("clip-model/download", { preset: PRESET, dtype })).body.job;
      const jobs = [await start(""), await start("fp32"), await start("")];
      assert.equal(jobs[0], jobs[2]);
      assert.notEqual(jobs[0], jobs[1]);
      for (const job of jobs.slice(0, 2)) {
        await admin.post(`clip-model/jobs/${String(job)}/cancel`, {});
        await admin.follow("clip-model", job);
      }
    });
  });

  it("tells why a download failed", async () => {
    hub.fail("config.json", { kind: "status", status: 503 });
    await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
      const { state, error } = await admin.follow("clip-model", await download());
      assert.deepEqual([state, error?.code], ["failed", "EMBEDDER_UNAVAILABLE"]);
    });
  });

  it("reads a folder, and names the file that it lacks", async () => {
    const { folder, remove } = await copyStarter();
    try {
      const good = await admin.post("clip-model/check", { folder, dtype: "" });
      assert.deepEqual([good.status, good.body.family], [200, "clip"]);
      await rm(path.join(folder, "tokenizer.json"));
      const bad = await admin.post("clip-model/check?lang=ja", { folder });
      assert.equal(bad.status, 502);
      assert.match(String(bad.body.message), /tokenizer\.json が必要/);
    } finally {
      await remove();
    }
  });

  it("removes nothing but the folder of a preset", async () => {
    for (const preset of ["", "starter", "../..", "toString"]) {
      const { status, body } = await admin.post("clip-model/remove", { preset });
      assert.deepEqual([status, body.code], [400, "BAD_CONFIG"]);
    }
  });
});
