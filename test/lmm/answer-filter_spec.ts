import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import { compileAnswerFilter, type FilterRule } from "../../lib/lmm/answer-filter";
import type { PatternRule } from "../../lib/lmm/filter/apply-rules";
import { lintRules } from "../../lib/lmm/filter/lint-rules";
import { PatternThread } from "../../lib/lmm/filter/pattern-thread";

const WORDS = {
  candidates: [
    { name: "rusty hex bolt", synonyms: ["screw", "fastener"] },
    { name: "Photo", synonyms: [] },
  ],
  description: "A rusty bolt on a table.",
};

/** Slow on what LMMs say, each in its own way. */
const SLOW_PATTERNS = [
  "^(\\w+\\s?)+$",
  "^(a+)+$",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "^part (\\d+)*x$",
  "(?<=no )(x+x+)+y",
  "^(?:\\p{L}+\\s*)+$",
];

const isBadConfig = (error: unknown): boolean =>
  error instanceof TlacError && error.code === "BAD_CONFIG";

describe("answer filter", () => {
  it("drops names and synonyms by word list, in any case, whole words only", async () => {
    const filter = compileAnswerFilter([{ words: ["photo", "screw", "rust"], action: "drop" }]);
    const { candidates, forcedUnknown } = await filter(WORDS);
    assert.deepEqual(candidates, [{ name: "rusty hex bolt", synonyms: ["fastener"] }]);
    assert.equal(forcedUnknown, false);
  });

  it("replaces by pattern, rule after rule", async () => {
    const filter = compileAnswerFilter([
      { pattern: "\\brusty\\s*", action: "replace", replacement: "" },
      { pattern: "^hex bolt$", action: "replace", replacement: "bolt" },
    ]);
    const { candidates, description } = await filter(WORDS);
    assert.equal(candidates[0]?.name, "bolt");
    assert.equal(description, "A bolt on a table.");
  });

  it("takes a replacement literally", async () => {
    const filter = compileAnswerFilter([
      { pattern: "photo", action: "replace", replacement: "$&$1" },
    ]);
    assert.equal((await filter(WORDS)).candidates[1]?.name, "$&$1");
  });

  it("forces unknown by a word anywhere", async () => {
    const filter = compileAnswerFilter([{ words: ["table"], action: "unknown" }]);
    assert.equal((await filter(WORDS)).forcedUnknown, true);
    assert.equal((await filter({ candidates: [], description: "tablet" })).forcedUnknown, false);
  });

  it("finds Japanese words, which have no boundaries", async () => {
    const filter = compileAnswerFilter([{ words: ["人物"], action: "unknown" }]);
    assert.equal(
      (await filter({ candidates: [], description: "玄関に人物を検出" })).forcedUnknown,
      true,
    );
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

  const LONG = {
    candidates: Array.from({ length: 8 }, () => ({
      name: `${"part a".repeat(12)} no ${"x".repeat(40)}!`,
      synonyms: [`${"a".repeat(60)}!`, `part ${"1".repeat(60)}`],
    })),
    description: `${"a word and ".repeat(40)}!`,
  };

  for (const pattern of SLOW_PATTERNS.slice(0, 2)) {
    it(`ends ${pattern}, which would backtrack for hours, without holding other work`, async () => {
      // The same pattern twenty times: the bound is the message's, not the rule's.
      const rules: FilterRule[] = Array.from({ length: 20 }, () => ({ pattern, action: "drop" }));
      const filter = compileAnswerFilter([{ words: ["photo"], action: "drop" }, ...rules], 300);
      let turns = 0;
      const ticking = setInterval(() => (turns += 1), 5);
      try {
        await assert.rejects(
          async () => filter(LONG),
          (error) => {
            assert.ok(isBadConfig(error));
            assert.match((error as Error).message, /rule \d+ cannot be used.*too long/i);
            return true;
          },
        );
      } finally {
        clearInterval(ticking);
      }
      assert.ok(turns > 10, `the event loop turned ${turns} times`);
      assert.equal((await filter({ candidates: [], description: "?" })).description, "?");
    });
  }

  it("lets nobody wait for another's slow pattern who is gone", async () => {
    const slow = compileAnswerFilter([{ pattern: "^(a+)+$", action: "drop" }], 300);
    const quick = compileAnswerFilter([{ words: ["a"], action: "drop" }]);
    const first = slow(LONG);
    const gone = new AbortController();
    const second = quick(WORDS, { signal: gone.signal });
    gone.abort();
    await assert.rejects(second, { code: "CLOSED" });
    await assert.rejects(first, { code: "BAD_CONFIG" });
  });

  it("lets others' rules in between jobs of slow ones", async () => {
    const thread = new PatternThread("tlac-rules-test");
    const rule = (source: string): PatternRule[] => [
      { source, flags: "gu", action: "drop", replacement: "" },
    ];
    const words = { candidates: [], description: "a".repeat(60), forcedUnknown: false };
    const slow = rule("^(a+)+$!");
    const order: string[] = [];
    const run = async (name: string, rules: PatternRule[]): Promise<void> => {
      await thread.run(rules, { ...words, description: `${words.description}!` }, { ms: 60 });
      order.push(name);
    };
    await Promise.all([
      ...["slow 1", "slow 2", "slow 3"].map((name) => run(name, slow)),
      run("quick", rule("b")),
    ]);
    assert.deepEqual(order, ["slow 1", "quick", "slow 2", "slow 3"]);
  });

  it("ends rules that make a text grow without end", async () => {
    const grow: FilterRule = { pattern: "o", action: "replace", replacement: "oooo" };
    const filter = compileAnswerFilter(Array.from({ length: 100 }, () => grow));
    await assert.rejects(async () => filter(WORDS), isBadConfig);
  });

  it("keeps lookarounds, back references, Unicode classes and flags", async () => {
    const filter = compileAnswerFilter([
      { pattern: "(?<=hex )bolt(?! nut)", action: "replace", replacement: "screw" },
      { pattern: "(\\p{L})\\1", action: "replace", replacement: "?" },
      { pattern: "^PHOTO$", flags: "", action: "drop" },
    ]);
    const { candidates } = await filter({
      candidates: [{ name: "hex bolt, glass", synonyms: ["photo"] }],
      description: "",
    });
    assert.deepEqual(candidates, [{ name: "hex screw, gla?", synonyms: ["photo"] }]);
  });
});

describe("lint of rules", () => {
  it("warns of patterns that can take very long, and goes on after five of them", async () => {
    const rules = SLOW_PATTERNS.map((pattern): FilterRule => ({ pattern, action: "drop" }));
    const hints = await lintRules([{ words: ["a"], action: "drop" }, ...rules], { ms: 200 });
    assert.deepEqual(
      hints,
      [2, 3, 4, 5, 6].map((position) => ({ position, key: "lmm.rule-slow", params: { position } })),
    );
    const rest = await lintRules(rules.slice(5), { ms: 200 });
    assert.deepEqual(
      rest.map(({ position }) => position),
      [1],
    );
  });

  it("is content with patterns as people write them", async () => {
    const rules = [
      "\\bM\\d+(x\\d+)?\\b",
      "(?<=foo)bar",
      "\\p{L}+ bolt",
      "^(?:an?|the)\\s+",
      "(?<![\\p{L}])nut",
      "no defect|none",
      ".*rust.*",
      "(\\w+) \\1",
      "ボルト|ナット",
      "\\s*\\(.*?\\)\\s*",
      "[\\s,]+$",
      '"(?:[^"]|"")*"',
      "[\\[\\]{}]",
      "\\u{1F600}",
    ].map((pattern): FilterRule => ({ pattern, action: "drop" }));
    assert.deepEqual(await lintRules(rules), []);
  });

  it("tells what else is wrong with a rule", async () => {
    const [hint] = await lintRules([{ pattern: "(", action: "drop" }]);
    assert.equal(hint?.key, "lmm.bad-filter-rule");
  });
});
