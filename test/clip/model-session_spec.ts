import assert from "node:assert/strict";
import { cp, mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { inspectModelFolder } from "../../lib/clip/model-folder";
import { ModelSession } from "../../lib/clip/model-session";

const TINY = path.resolve(__dirname, "../fixtures/models/tiny-clip");

describe("a model in memory", () => {
  let folder: string;
  let session: ModelSession;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tlac-session-"));
    await cp(TINY, folder, { recursive: true });
    const model = await inspectModelFolder(folder);
    session = await ModelSession.open({ ...model, threads: 1, textRestMs: 0 });
  });

  afterEach(async () => {
    await session.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const see = async (): Promise<void> => {
    const { width, height } = (await inspectModelFolder(folder)).pixelSpec!.crop!;
    await session.embedImage(new Uint8Array(3 * width * height).fill(90), width, height);
  };

  it("lets its text tower rest, and has the same vectors when it is back", async () => {
    const texts = ["a screw", "a nail"];
    const before = await session.embedTexts(texts, true);
    await see();
    // It is not there any more: it comes from the disk.
    await rm(path.join(folder, "tokenizer.json"));
    await assert.rejects(session.embedTexts(texts, true), { key: "clip.missing-file" });
    await cp(path.join(TINY, "tokenizer.json"), path.join(folder, "tokenizer.json"));
    assert.deepEqual(await session.embedTexts(texts, true), before);
  });

  it("does not take another file for its own text tower", async () => {
    await session.embedTexts(["a screw"], true);
    await see();
    await utimes(path.join(folder, "onnx/text_model.onnx"), 1, 1);
    await assert.rejects(session.embedTexts(["a screw"], true), {
      code: "EMBEDDER_UNAVAILABLE",
      key: "clip.file-replaced",
      message: /Restart Node-RED/,
    });
  });
});
