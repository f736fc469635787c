import assert from "node:assert/strict";

import { detectFamily, detectLanguages, readMaxTokens, truncateIds } from "../../lib/clip/family";

describe("a model's family", () => {
  for (const [type, family] of [
    ["clip", "clip"],
    ["siglip", "siglip"],
    ["siglip2", "siglip"],
    ["bert", "clip"],
    [undefined, "clip"],
  ] as const) {
    it(`of type ${String(type)} is ${family}`, () => {
      assert.equal(detectFamily({ model_type: type }), family);
    });
  }

  for (const [entries, languages] of [
    [49_408, "en"],
    [256_000, "multilingual"],
    [undefined, "en"],
  ] as const) {
    it(`with ${String(entries)} tokens reads ${languages}`, () => {
      assert.equal(detectLanguages({ text_config: { vocab_size: entries } }), languages);
    });
  }

  for (const [name, family, config, tokenizer, expected] of [
    ["the tokenizer's", "clip", {}, { model_max_length: 77 }, 77],
    ["the positions'", "clip", { text_config: { max_position_embeddings: 77 } }, {}, 77],
    ["the smaller of both", "clip", { max_position_embeddings: 40 }, { model_max_length: 77 }, 40],
    ["not that of a tokenizer without one", "clip", {}, { model_max_length: 1e30 }, 512],
    ["64 for SigLIP", "siglip", {}, { model_max_length: 1e30 }, 64],
  ] as const) {
    it(`has a limit of tokens: ${name}`, () => {
      assert.equal(readMaxTokens(family, config, tokenizer), expected);
    });
  }

  it("cuts a long text but keeps the token that closes it", () => {
    assert.deepEqual(truncateIds([1, 5, 6, 7, 8, 2], 4, 2), [1, 5, 6, 2]);
    assert.deepEqual(truncateIds([1, 5, 6, 2], 4, 2), [1, 5, 6, 2]);
    assert.deepEqual(truncateIds([5, 6, 7], 2, null), [5, 6]);
  });
});
