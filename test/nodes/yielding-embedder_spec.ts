import assert from "node:assert/strict";

import type { Embedder } from "../../lib/clip/embedder";
import { YieldingEmbedder } from "../../nodes/admin/yielding-embedder";
import { TrigramEmbedder } from "../helpers/trigram-embedder";

describe("a model as dialogs use it", () => {
  /** A model that answers in the order of the questions, as the one thread of a process does. */
  function record(): { model: Embedder; asked: string[][] } {
    const asked: string[][] = [];
    const inner = new TrigramEmbedder();
    let line: Promise<unknown> = Promise.resolve();
    const inLine = <T>(work: () => Promise<T>): Promise<T> => {
      const turn = line.then(work);
      line = turn.catch(() => undefined);
      return turn;
    };
    const model: Embedder = {
      info: inner.info,
      embedTexts: (texts) =>
        inLine(() => {
          asked.push([...texts]);
          return inner.embedTexts(texts);
        }),
      see: () => assert.fail("no picture"),
      countTokens: (texts) => inLine(() => inner.countTokens(texts)),
    };
    return { model, asked };
  }

  it("answers like the model, each text once", async () => {
    const { model, asked } = record();
    const texts = Array.from(
      { length: 100 },
      (_, n) => `part ${"x".repeat(n % 7)} ${String(n % 50)}`,
    );
    const dialog = new YieldingEmbedder(model);
    assert.deepEqual(await dialog.embedTexts(texts), await new TrigramEmbedder().embedTexts(texts));
    assert.deepEqual(await dialog.countTokens(texts), await model.countTokens(texts));
    assert.equal(asked.flat().length, new Set(texts).size);
    assert.deepEqual(await dialog.embedTexts([]), []);
  });

  it("lets a flow's question in between", async () => {
    const { model, asked } = record();
    const dialog = new YieldingEmbedder(model);
    const all = dialog.embedTexts(Array.from({ length: 8_000 }, (_, n) => `part ${String(n)}`));
    await model.embedTexts(["a photo of a screw"]);
    assert.ok(asked.flat().length <= 33, "two slices at most stand before it");
    await all;
    assert.equal(asked.flat().length, 8_001);
  });
});
