import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Embedder } from "../../lib/clip/embedder";
import {
  acquireEmbedder,
  disposeIdleEmbedders,
  type EmbedderLease,
} from "../../lib/clip/shared-embedders";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { rankWords } from "../helpers/rank-words";

/** Words, class lists of them, and what Python's transformers makes of answer and list. */
interface PaperRule {
  readonly words: readonly string[];
  readonly lists: readonly (readonly number[])[];
  /** Answer, list, place of the winner in the list. */
  readonly pairs: readonly (readonly [number, number, number])[];
}

const MODELS = path.resolve(__dirname, "../fixtures/models");

for (const name of ["tiny-clip", "tiny-siglip"]) {
  describe(`the paper's rule with ${name}`, () => {
    let cacheDir: string;
    let lease: EmbedderLease;
    let embedder: Embedder;
    let rule: PaperRule;

    before(async () => {
      const folder = path.join(MODELS, name);
      const golden = JSON.parse(await readFile(path.join(folder, "golden.json"), "utf8")) as {
        paperRule: PaperRule;
      };
      rule = golden.paperRule;
      cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-paper-"));
      lease = acquireEmbedder({ model: folder, cacheDir, offline: true });
      embedder = await lease.value;
    });

    after(async () => {
      await lease.release();
      await disposeIdleEmbedders();
      await rm(cacheDir, { recursive: true, force: true });
    });

    it("is what one answer and a vocabulary of labels come to, a thousand times", async () => {
      const indexes = await Promise.all(
        rule.lists.map((list) =>
          VocabularyIndex.build(
            createVocabulary(list.map((word) => ({ label: rule.words[word] ?? "" }))),
            embedder,
          ),
        ),
      );
      assert.equal(rule.pairs.length, 1000);
      for (const [answer, list, expected] of rule.pairs) {
        const candidate = { name: rule.words[answer] ?? "", synonyms: [] };
        const index = indexes[list]!;
        const { classes } = await rankWords(index, [candidate]);
        assert.equal(classes[0]?.class, index.vocabulary.classes[expected]?.id, candidate.name);
      }
    });
  });
}
