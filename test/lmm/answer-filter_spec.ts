import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import { compileAnswerFilter, type FilterRule } from "../../lib/lmm/answer-filter";

const WORDS = {
  candidates: [
    { name: "rusty hex bolt", synonyms: ["screw", "fastener"] },
    { name: "Photo", synonyms: [] },
  ],
  description: "A rusty bolt on a table.",
};

const isBadConfig = (error: unknown): boolean =>
  error instanceof TlacError && error.code === "BAD_CONFIG";

describe("answer filter", () => {
  it("drops names and synonyms by word list, in any case, whole words only", () => {
    const filter = compileAnswerFilter([{ words: ["photo", "screw", "rust"], action: "drop" }]);
    const { candidates, forcedUnknown } = filter(WORDS);
    assert.deepEqual(candidates, [{ name: "rusty hex bolt", synonyms: ["fastener"] }]);
    assert.equal(forcedUnknown, false);
  });

  it("replaces by pattern, rule after rule", () => {
    const filter = compileAnswerFilter([
      { pattern: "\\brusty\\s*", action: "replace", replacement: "" },
      { pattern: "^hex bolt$", action: "replace", replacement: "bolt" },
    ]);
    const { candidates, description } = filter(WORDS);
    assert.equal(candidates[0]?.name, "bolt");
    assert.equal(description, "A bolt on a table.");
  });

  it("takes a replacement literally", () => {
    const filter = compileAnswerFilter([
      { pattern: "photo", action: "replace", replacement: "$&$1" },
    ]);
    assert.equal(filter(WORDS).candidates[1]?.name, "$&$1");
  });

  it("forces unknown by a word anywhere", () => {
    const filter = compileAnswerFilter([{ words: ["table"], action: "unknown" }]);
    assert.equal(filter(WORDS).forcedUnknown, true);
    assert.equal(filter({ candidates: [], description: "tablet" }).forcedUnknown, false);
  });

  it("finds Japanese words, which have no boundaries", () => {
    const filter = compileAnswerFilter([{ words: ["人物"], action: "unknown" }]);
    assert.equal(filter({ candidates: [], description: "玄関に人物を検出" }).forcedUnknown, true);
  });

  for (const [problem, rule] of [
    ["a pattern that is none", { pattern: "(", action: "drop" }],
    ["an empty pattern", { pattern: "", action: "drop" }],
    ["a pattern without end", { pattern: "a".repeat(400), action: "drop" }],
    ["flags that are none", { pattern: "a", flags: "q", action: "drop" }],
    ["an empty word list", { words: [" "], action: "drop" }],
  ] as const satisfies readonly (readonly [string, FilterRule])[]) {
    it(`refuses ${problem}, in the reader's language alone`, () => {
      assert.throws(
        () => compileAnswerFilter([rule]),
        (error) => {
          assert.ok(error instanceof TlacError && isBadConfig(error));
          assert.doesNotMatch(error.in("ja"), /[a-z{}]{2}/i);
          return true;
        },
      );
    });
  }

  it("ends a pattern that would backtrack for hours", () => {
    const filter = compileAnswerFilter([{ pattern: "^(a+)+$", action: "drop" }]);
    const name = `${"a".repeat(100)}b`;
    assert.throws(
      () => filter({ candidates: [{ name, synonyms: [] }], description: "" }),
      isBadConfig,
    );
    assert.equal(filter({ candidates: [], description: "fine" }).description, "fine");
  });
});
