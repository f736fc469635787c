import assert from "node:assert/strict";

import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import type { WordsTestimony } from "../../lib/match/testimonies";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { TrigramEmbedder } from "../helpers/trigram-embedder";

describe("a word that answers taught", () => {
  const embedder = new TrigramEmbedder({ labels: [{ name: "padlock", synonyms: [] }] });

  /** `answers`: 0 where a person typed the word. */
  function build(answers: number): Promise<VocabularyIndex> {
    const learned =
      answers > 0 ? { learned: [{ name: "padlock", trust: (answers + 1) / (answers + 2) }] } : {};
    const crack = { label: "crack", aliases: ["padlock"], ...learned };
    return VocabularyIndex.build(createVocabulary([crack, { label: "dent" }]), embedder);
  }

  async function hear(answers: number): Promise<WordsTestimony> {
    const index = await build(answers);
    const heard = await index.hear([{ name: "Padlocks", synonyms: [] }]);
    assert.ok(heard);
    return heard;
  }

  it("counts the more it is trusted, and never as much as one that was typed", async () => {
    const once = await hear(1);
    const twice = await hear(2);
    const often = await hear(30);
    const typed = await hear(0);
    const own = ({ scores, beliefs, exact }: WordsTestimony) => [
      scores[0] ?? NaN,
      beliefs[0] ?? NaN,
      exact[0] ?? NaN,
    ];
    for (const [at, value] of own(once).entries()) {
      const rest = [twice, often, typed].map((heard) => own(heard)[at] ?? NaN);
      assert.deepEqual([value, ...rest], [value, ...rest].sort());
      assert.ok(new Set([value, ...rest]).size === 4);
    }
    assert.equal(once.scores[0], 2 / 3);
    assert.equal(typed.scores[0], 1);
    const sum = once.beliefs.reduce((all, belief) => all + belief, once.none);
    assert.ok(Math.abs(sum - 1) < 1e-9, "what is doubted is believed to be none of them");
    assert.equal(once.via(0)?.kind, "alias");
  });

  it("says nothing of what its class looks like", async () => {
    const shown = { embedding: null, features: null, probabilities: Float32Array.of(0.9) };
    assert.equal((await build(0)).look(shown)?.beliefs[0], Math.fround(0.9));
    embedder.embedded.length = 0;
    const learned = await build(5);
    assert.equal(learned.look(shown)?.recognises(0) ?? false, false);
    assert.ok(!embedder.embedded.includes("a photo of a padlock"));
  });

  it("does so in whatever spelling it was taught", async () => {
    const learned = [{ name: "Pad  Locks", trust: 0.5 }];
    const crack = { label: "crack", aliases: ["Pad  Locks", "gap"], learned };
    embedder.embedded.length = 0;
    await VocabularyIndex.build(createVocabulary([crack, { label: "dent" }]), embedder);
    assert.ok(embedder.embedded.includes("a photo of a gap"));
    assert.ok(!embedder.embedded.includes("a photo of a Pad Locks"));
  });
});
