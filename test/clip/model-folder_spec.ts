import assert from "node:assert/strict";
import { rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import type { Dtype } from "../../lib/clip/dtype";
import { inspectModelFolder, readModelFacts, type ModelFacts } from "../../lib/clip/model-folder";
import { findStarterFolder } from "../../lib/clip/presets";
import { copyStarter } from "./starter-copy";

const TEXT = "onnx/text_model_int8.onnx";
const VISION = "onnx/vision_model_fp16.onnx";

describe("a model's folder", () => {
  let folder: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    ({ folder, remove } = await copyStarter());
  });

  afterEach(() => remove());

  const readFacts = async (place: string): Promise<ModelFacts> =>
    readModelFacts(await inspectModelFolder(place));

  const put = (file: string, text: string): Promise<void> =>
    writeFile(path.join(folder, file), text);

  it("is read whole: family, number formats, limits, pixels, names", async () => {
    const model = await inspectModelFolder(folder);
    assert.equal(model.family, "clip");
    assert.deepEqual(model.dtypes, { text: "int8", vision: "fp16" });
    assert.equal(model.maxTokens, 256);
    assert.deepEqual(model.pixelSpec?.crop, { width: 260, height: 260 });
    assert.equal(model.labels?.length, 1000);
    assert.match((await readModelFacts(model)).digest, /^[0-9a-f]{16}$/);
  });

  for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
    it(`cannot be used without ${file}, and says so`, async () => {
      await rm(path.join(folder, file));
      await assert.rejects(inspectModelFolder(folder), {
        code: "EMBEDDER_UNAVAILABLE",
        key: "clip.missing-file",
        params: { folder, file },
      });
    });

    it(`cannot be used with a cut ${file}, and says so`, async () => {
      await put(file, '{"a": ');
      await assert.rejects(inspectModelFolder(folder), {
        code: "EMBEDDER_UNAVAILABLE",
        key: "clip.bad-json",
        message: new RegExp(file),
      });
    });
  }

  it("needs a text tower, and names the file that it looked for", async () => {
    await rm(path.join(folder, TEXT));
    await assert.rejects(inspectModelFolder(folder), {
      code: "EMBEDDER_UNAVAILABLE",
      message: /onnx\/text_model\.onnx/,
    });
  });

  it("takes an empty file for a missing one", async () => {
    await rm(path.join(folder, TEXT));
    await put(TEXT, "");
    await assert.rejects(inspectModelFolder(folder), { key: "clip.missing-file" });
  });

  it("may do without an image tower, and then needs no preprocessor", async () => {
    await rm(path.join(folder, VISION));
    await rm(path.join(folder, "preprocessor_config.json"));
    const { dtypes, pixelSpec } = await inspectModelFolder(folder);
    assert.deepEqual(dtypes, { text: "int8", vision: null });
    assert.equal(pixelSpec, null);
  });

  it("needs the preprocessor's settings beside an image tower", async () => {
    await rm(path.join(folder, "preprocessor_config.json"));
    await assert.rejects(inspectModelFolder(folder), {
      params: { folder, file: "preprocessor_config.json" },
    });
  });

  it("may do without names, but not with bad ones", async () => {
    await put("labels.json", '[{"name": "a"}]');
    await assert.rejects(inspectModelFolder(folder), { key: "clip.bad-labels" });
    await rm(path.join(folder, "labels.json"));
    assert.equal((await inspectModelFolder(folder)).labels, null);
  });

  it("must be there", async () => {
    await assert.rejects(inspectModelFolder(path.join(folder, "nothing")), {
      code: "BAD_CONFIG",
      key: "clip.no-folder",
    });
  });

  for (const [file, chosen] of [
    ["text_model.onnx", "fp32"],
    ["text_model_quantized.onnx", "int8"],
    ["text_model_fp16.onnx", "int8"],
  ] as const) {
    it(`with ${file} beside it takes ${chosen} for the text`, async () => {
      await put(`onnx/${file}`, "weights");
      assert.equal((await inspectModelFolder(folder)).dtypes.text, chosen);
    });
  }

  it("follows a preset's preference where that file is there", async () => {
    await put("onnx/text_model.onnx", "weights");
    const preferred = { text: "int8", vision: "q8" } as const;
    const { dtypes } = await inspectModelFolder(folder, { preferred });
    assert.deepEqual(dtypes, { text: "int8", vision: "fp16" });
  });

  it("takes the number format that is asked for, or says what there is", async () => {
    await put("onnx/vision_model_int8.onnx", "weights");
    const { dtypes } = await inspectModelFolder(folder, { dtype: "int8" });
    assert.deepEqual(dtypes, { text: "int8", vision: "int8" });
    await assert.rejects(inspectModelFolder(folder, { dtype: "fp16" }), {
      code: "BAD_CONFIG",
      key: "clip.dtype-not-there",
      message: /text_model_fp16\.onnx.* there are int8/,
    });
  });

  it("refuses a number format that does not exist", async () => {
    await assert.rejects(inspectModelFolder(folder, { dtype: "int9" as Dtype }), {
      code: "BAD_CONFIG",
      key: "clip.bad-dtype",
    });
  });

  for (const [name, content, matters] of [
    ["with a dynamic operator at its start", "..DynamicQuantizeLinear..", true],
    [
      "with one across two pieces of reading",
      `${".".repeat(256 * 1024 - 7)}DynamicQuantizeMatMul`,
      true,
    ],
    ["with scales of its own", "..QuantizeLinear..", false],
  ] as const) {
    it(`of a graph ${name} ${matters ? "has" : "needs no"} texts one by one`, async () => {
      await put("onnx/text_model.onnx", content);
      assert.equal((await readFacts(folder)).batchMatters, matters);
    });
  }

  it("is known by its content, not by its place", async () => {
    const original = await readFacts(findStarterFolder());
    assert.equal((await readFacts(folder)).digest, original.digest);
    await rename(path.join(folder, "labels.json"), path.join(folder, "other.json"));
    assert.notEqual((await readFacts(folder)).digest, original.digest);
  });

  it("is another model when one byte of its weights is another", async () => {
    await rm(path.join(folder, VISION));
    await put(VISION, "weights");
    const before = (await readFacts(folder)).digest;
    await put(VISION, "weighty");
    assert.notEqual((await readFacts(folder)).digest, before);
  });
});
