import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { presetFolder } from "../../lib/clip/download";
import type { LoadProgress } from "../../lib/clip/load-progress";
import { findPreset, findStarterFolder, listPresetFiles, PRESETS } from "../../lib/clip/presets";
import {
  acquireEmbedder,
  disposeIdleEmbedders,
  type EmbedderLease,
  type EmbedderOptions,
} from "../../lib/clip/shared-embedders";
import { TlacError } from "../../lib/errors";
import { testCacheDir } from "../helpers/test-home";
import { withEnvironment } from "../helpers/with-environment";
import { HubServer } from "./hub-server";
import { copyStarter } from "./starter-copy";

describe("sharing models", () => {
  let cacheDir: string;
  let other: EmbedderLease;
  const leases: EmbedderLease[] = [];

  // A model of somebody else keeps the thread, which would take longer to start than any of these.
  before(async () => {
    other = acquireEmbedder({ model: "starter", cacheDir: testCacheDir() });
    await other.value;
  });
  after(() => other.release());

  beforeEach(async () => {
    cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-shared-"));
  });

  afterEach(async () => {
    for (const lease of leases.splice(0)) await lease.release();
    await disposeIdleEmbedders();
    await rm(cacheDir, { recursive: true, force: true });
  });

  const acquire = (options: Partial<EmbedderOptions> = {}): EmbedderLease => {
    const lease = acquireEmbedder({ model: "starter", cacheDir, ...options });
    leases.push(lease);
    return lease;
  };

  it("loads a model once for all who hold it, and keeps it until the last is gone", async () => {
    const [a, b] = [acquire(), acquire()];
    const embedder = await a.value;
    assert.equal(await b.value, embedder);
    await a.release();
    await a.release();
    await disposeIdleEmbedders();
    assert.equal((await embedder.embedTexts(["still here"])).length, 1);
    await b.release();
    await disposeIdleEmbedders();
    await assert.rejects(embedder.embedTexts(["gone"]), { code: "CLOSED" });
  });

  it("outlives a redeploy", async () => {
    const first = acquire();
    const embedder = await first.value;
    await first.release();
    assert.equal(await acquire().value, embedder);
  });

  it("keeps apart what differs in threads or number format, not in the name of the same", async () => {
    const embedder = await acquire().value;
    assert.notEqual(await acquire({ threads: 1 }).value, embedder);
    assert.equal(await acquire({ offline: true }).value, embedder);
  });

  it("tries again after a load that failed", async () => {
    const copy = await copyStarter();
    const tokenizer = path.join(copy.folder, "tokenizer_config.json");
    try {
      await rm(tokenizer);
      const failed = acquire({ model: copy.folder });
      await assert.rejects(failed.value, { code: "EMBEDDER_UNAVAILABLE" });
      await cp(path.join(findStarterFolder(), "tokenizer_config.json"), tokenizer);
      assert.equal((await acquire({ model: copy.folder }).value).info.dims, 384);
    } finally {
      await copy.remove();
    }
  });

  it("tells late listeners where loading stands, and early ones every step", async () => {
    const early: LoadProgress[] = [];
    const lease = acquire();
    lease.onProgress((progress) => early.push(progress));
    await lease.value;
    const late: LoadProgress[] = [];
    const stop = acquire().onProgress((progress) => late.push(progress));
    stop();
    assert.deepEqual(late, [{ phase: "ready" }]);
    assert.equal(early[0]?.phase, "load");
    assert.equal(early.at(-1)?.phase, "ready");
  });

  for (const [name, options, code] of [
    ["a model that is neither preset nor folder", { model: "no/such-model" }, "BAD_CONFIG"],
    ["a number format that is none", { dtype: "int9" as "int8" }, "BAD_CONFIG"],
    ["no threads at all", { threads: 0 }, "BAD_CONFIG"],
  ] as const) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(acquire(options).value, { code });
    });
  }

  describe("with the hub", () => {
    const preset = findPreset("Xenova/clip-vit-base-patch16")!;
    let hub: HubServer;

    beforeEach(async () => {
      // The starter's towers under the names that the preset asks for.
      const twins = new Map([
        ["onnx/text_model.onnx", "onnx/text_model_int8.onnx"],
        ["onnx/vision_model_quantized.onnx", "onnx/vision_model_fp16.onnx"],
      ]);
      const files = new Map<string, Buffer>();
      for (const file of listPresetFiles(preset)) {
        const source = path.join(findStarterFolder(), twins.get(file) ?? file);
        files.set(file, await readFile(source));
      }
      hub = await HubServer.start(files);
    });

    afterEach(() => hub.stop());

    it("downloads a preset, loads it, and needs the hub no more", async () => {
      await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
        const phases = new Set<string>();
        const lease = acquire({ model: preset.name });
        lease.onProgress(({ phase }) => phases.add(phase));
        const { info } = await lease.value;
        assert.equal(info.name, preset.name);
        assert.equal(info.sharpness.sight, 100);
        assert.deepEqual(info.dtype, { text: "fp32", vision: "q8" });
        assert.deepEqual([...phases], ["load", "download", "ready"]);
        await lease.release();
        await disposeIdleEmbedders();
        const asked = hub.requests.length;
        const again = await acquire({ model: preset.repo!, offline: true }).value;
        assert.equal(again.info.digest, info.digest);
        assert.equal(hub.requests.length, asked);
      });
    });

    it("refuses a model whose file is no longer the one that came", async () => {
      await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
        const first = acquire({ model: preset.name });
        await first.value;
        await first.release();
        await disposeIdleEmbedders();
        const file = path.join(presetFolder(preset, cacheDir), "tokenizer_config.json");
        await writeFile(file, `${await readFile(file, "utf8")} `);
        await assert.rejects(acquire({ model: preset.name, offline: true }).value, (error) => {
          assert.ok(error instanceof TlacError);
          assert.equal(error.key, "clip.file-changed");
          assert.match(error.message, /tokenizer_config\.json.*tlac-manifest\.json/);
          return true;
        });
        // Replaced on purpose: trusted again.
        await rm(path.join(presetFolder(preset, cacheDir), "tlac-manifest.json"));
        assert.equal((await acquire({ model: preset.name, offline: true }).value).info.dims, 384);
      });
    });

    it("asks the network for nothing while the offline switch is on", async () => {
      await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
        await assert.rejects(acquire({ model: preset.name, offline: true }).value, {
          code: "EMBEDDER_UNAVAILABLE",
          key: "clip.offline",
        });
        assert.deepEqual(hub.requests, []);
      });
    });

    it("joins no download of another while its own switch is on", async () => {
      await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
        hub.fail("onnx/text_model.onnx", { kind: "stall", after: 1_000 });
        const online = acquire({ model: preset.name });
        await new Promise<void>((resolve) => {
          online.onProgress(({ file }) => {
            if (file === "onnx/text_model.onnx") resolve();
          });
        });
        // As after a redeploy with the switch turned on: the old node lets go, the new one comes.
        await online.release();
        await assert.rejects(acquire({ model: preset.name, offline: true }).value, {
          key: "clip.offline",
        });
        await disposeIdleEmbedders();
        await assert.rejects(online.value, { code: "CLOSED" });
      });
    });

    it("shares a loaded model between those who may download and those who may not", async () => {
      await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
        const embedder = await acquire({ model: preset.name }).value;
        assert.equal(await acquire({ model: preset.name, offline: true }).value, embedder);
      });
    });

    it("goes on with a download that was cut when the next message asks for it", async () => {
      await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
        hub.fail("onnx/text_model.onnx", { kind: "cut", after: 1_000_000 });
        await assert.rejects(acquire({ model: preset.name }).value, {
          key: "clip.download-failed",
        });
        assert.equal((await acquire({ model: preset.name }).value).info.dims, 384);
      });
    });

    it("breaks a download off when nobody wants it any more", async () => {
      await withEnvironment({ HF_ENDPOINT: hub.url }, async () => {
        hub.fail("onnx/text_model.onnx", { kind: "stall", after: 1_000 });
        const lease = acquire({ model: preset.name });
        await new Promise<void>((resolve) => {
          lease.onProgress(({ file }) => {
            if (file === "onnx/text_model.onnx") resolve();
          });
        });
        await lease.release();
        await disposeIdleEmbedders();
        await assert.rejects(lease.value, { code: "CLOSED" });
      });
    });
  });

  it("has a licence, a size and a repository for every preset, each under one name", () => {
    const names = PRESETS.flatMap(({ name, repo }) => (repo === null ? [name] : [name, repo]));
    assert.equal(new Set(names).size, names.length);
    for (const { licence, sizeMB, sharpness } of PRESETS) {
      assert.match(licence, /^(MIT|Apache-2\.0)$/);
      assert.ok(sizeMB > 0 && sharpness.sight > 0);
    }
  });
});
