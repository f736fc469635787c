import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { acquireEmbedder, type EmbedderLease } from "../../lib/clip/shared-embedders";
import type { Candidate } from "../../lib/lmm/lmm";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { classifyWords } from "../../lib/tlac/classify";
import type { Result } from "../../lib/tlac/result";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";

const candidate = (name: string, ...synonyms: string[]): Candidate => ({ name, synonyms });

/** With the bundled model: whole decisions about words that deny. */
describe("a class and its opposite", () => {
  let cacheDir: string;
  let lease: EmbedderLease;
  let index: VocabularyIndex;

  before(async () => {
    cacheDir = await mkdtemp(path.join(tmpdir(), "denied-"));
    lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
    const classes = [
      "helmet",
      { label: "no helmet", aliases: ["bare head"] },
      { label: "手袋", aliases: ["glove"] },
      { label: "手袋なし", aliases: ["bare hand"] },
      "crack",
    ];
    index = await VocabularyIndex.build(parseVocabulary(classes), await lease.value);
  });

  after(async () => {
    await lease.release();
    await rm(cacheDir, { recursive: true, force: true });
  });

  const judge = (candidates: readonly Candidate[], description = ""): Promise<Result> =>
    classifyWords({ candidates, description }, { index });

  const never: readonly (readonly [Candidate[], string, string])[] = [
    [
      [candidate("construction worker", "worker")],
      "A construction worker on a scaffold is not wearing a helmet.",
      "helmet",
    ],
    [[candidate("worker"), candidate("helmet")], "The worker wears no hard helmet.", "helmet"],
    [[candidate("worker without a helmet")], "", "helmet"],
    [[candidate("without a helmet")], "", "helmet"],
    [[candidate("hard hat", "safety helmet")], "The helmet is missing.", "helmet"],
    [[candidate("helmet")], "A helmet should be worn here.", "helmet"],
    [[candidate("scratch", "crack")], "The line could be mistaken for a crack.", "crack"],
    [[candidate("pipe")], "The pipe is checked for cracks.", "crack"],
    [[candidate("pipe without cracks")], "", "crack"],
    [[candidate("作業者")], "作業者は手袋をはめていません。", "手袋"],
    [[candidate("手袋未着用")], "", "手袋"],
    [[candidate("手袋")], "手袋を着用すべきです。", "手袋"],
  ];
  for (const [candidates, description, id] of never) {
    const name = candidates[0]?.name ?? "";
    it(`is never “${id}” with “${name}” and “${description}”`, async () => {
      assert.notEqual((await judge(candidates, description)).class, id);
    });
  }

  const named: readonly (readonly [Candidate[], string, string])[] = [
    [[candidate("no helmet")], "", "no-helmet"],
    [[candidate("without a helmet")], "", "no-helmet"],
    [[candidate("helmet missing")], "", "no-helmet"],
    [[candidate("handrail")], "A worker with no helmet stands there.", "no-helmet"],
    [[candidate("handrail")], "The worker isn't wearing any helmet.", "no-helmet"],
    [[candidate("helmet")], "A helmet without scratches.", "helmet"],
    [[candidate("helmet")], "A man with a helmet and no gloves.", "helmet"],
    [[candidate("crack")], "Not only a crack but also a dent is visible.", "crack"],
    [[candidate("手袋無し")], "", "手袋なし"],
    [[candidate("手袋未着用")], "", "手袋なし"],
    [[candidate("手すり")], "作業者は手袋をしていません。", "手袋なし"],
    [[candidate("手袋")], "傷のない手袋です。", "手袋"],
  ];
  for (const [candidates, description, id] of named) {
    const name = candidates[0]?.name ?? "";
    it(`is “${id}” with “${name}” and “${description}”`, async () => {
      const [best] = (await judge(candidates, description)).ranking;
      assert.deepEqual([best?.class, best?.via.kind], [id, "alias"]);
    });
  }

  it("leaves a class that is only denied to a person, and says why", async () => {
    const { class: id, reason } = await judge([candidate("helmet")], "A helmet must be worn.");
    assert.deepEqual([id, reason], [null, "anti-alias"]);
  });
});
