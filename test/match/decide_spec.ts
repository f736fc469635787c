import assert from "node:assert/strict";

import { decide, type Decision, type DecisionRules } from "../../lib/match/decide";
import type { RankedClass, Ranking, Via } from "../../lib/match/ranking";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";

const RULES: DecisionRules = { threshold: 0.6, margin: 0.05, background: true };

const VOCABULARY = createVocabulary([
  { label: "screw" },
  { label: "nail" },
  { label: "valve", threshold: 0.9 },
  { label: "gasket", threshold: 0.2 },
]);

const ranked = (id: string, score: number, kind: Via["kind"] = "text"): RankedClass => ({
  class: id,
  label: id,
  score,
  via: { candidate: "x", alias: id, kind },
});

const rank = (classes: RankedClass[], rest: Partial<Ranking> = {}): Ranking => ({
  classes,
  background: null,
  vetoed: [],
  ...rest,
});

const ROWS: readonly (readonly [
  string,
  Ranking,
  Pick<Decision, "outcome" | "class" | "reason">,
  Partial<DecisionRules>?,
])[] = [
  ["nothing was proposed", rank([]), { outcome: "unknown", class: null, reason: "empty" }],
  [
    "the only proposal is a not-word",
    rank([], { vetoed: ["screw"] }),
    { outcome: "unknown", class: null, reason: "anti-alias" },
  ],
  [
    "the best near word is a not-word of the class before it",
    rank([ranked("nail", 0.8)], { vetoed: ["screw"] }),
    { outcome: "unknown", class: null, reason: "anti-alias" },
  ],
  [
    "a not-word rules one class out and another class is named",
    rank([ranked("nail", 0.95, "alias")], { vetoed: ["screw"] }),
    { outcome: "class", class: "nail", reason: "alias" },
  ],
  [
    "the winner leads by the margin",
    rank([ranked("screw", 0.8), ranked("nail", 0.74)]),
    { outcome: "class", class: "screw", reason: "clear" },
  ],
  [
    "the winner leads by less than the margin",
    rank([ranked("screw", 0.8), ranked("nail", 0.76)]),
    { outcome: "ambiguous", class: null, reason: "near-tie" },
  ],
  [
    "there is one class only",
    rank([ranked("screw", 0.8)]),
    { outcome: "class", class: "screw", reason: "clear" },
  ],
  [
    "the winner lies below the threshold",
    rank([ranked("screw", 0.59), ranked("nail", 0.1)]),
    { outcome: "unknown", class: null, reason: "below-threshold" },
  ],
  [
    "the winner lies on the threshold",
    rank([ranked("screw", 0.6), ranked("nail", 0.1)]),
    { outcome: "class", class: "screw", reason: "clear" },
  ],
  [
    "the winner's own threshold is higher",
    rank([ranked("valve", 0.85), ranked("nail", 0.1)]),
    { outcome: "unknown", class: null, reason: "below-threshold" },
  ],
  [
    "the winner's own threshold is lower",
    rank([ranked("gasket", 0.3), ranked("nail", 0.1)]),
    { outcome: "class", class: "gasket", reason: "clear" },
  ],
  [
    "a background word is nearer",
    rank([ranked("screw", 0.8), ranked("nail", 0.1)], {
      background: { word: "dog", score: 0.81 },
    }),
    { outcome: "unknown", class: null, reason: "background" },
  ],
  [
    "a background word is nearer, but background words are off",
    rank([ranked("screw", 0.8), ranked("nail", 0.1)], {
      background: { word: "dog", score: 0.81 },
    }),
    { outcome: "class", class: "screw", reason: "clear" },
    { background: false },
  ],
  [
    "a background word is as near",
    rank([ranked("screw", 0.8), ranked("nail", 0.1)], { background: { word: "dog", score: 0.8 } }),
    { outcome: "class", class: "screw", reason: "clear" },
  ],
  [
    "a class is named beside a near word of another and a background word",
    rank([ranked("screw", 1, "alias"), ranked("nail", 0.99)], {
      background: { word: "dog", score: 1 },
    }),
    { outcome: "class", class: "screw", reason: "alias" },
  ],
  [
    "two classes share the name",
    rank([ranked("screw", 1, "alias"), ranked("nail", 1, "alias")]),
    { outcome: "ambiguous", class: null, reason: "near-tie" },
  ],
  [
    "two classes are named, one by a later candidate",
    rank([ranked("screw", 1, "alias"), ranked("nail", 0.95, "alias")]),
    { outcome: "class", class: "screw", reason: "alias" },
  ],
  [
    "a class is named by a candidate that is hardly probable",
    rank([ranked("screw", 0.4, "alias"), ranked("nail", 0.3)]),
    { outcome: "unknown", class: null, reason: "below-threshold" },
  ],
];

describe("decisions", () => {
  for (const [when, ranking, expected, rules] of ROWS) {
    it(`are ${expected.outcome} (${expected.reason}) where ${when}`, () => {
      const { outcome, class: id, reason } = decide(ranking, { ...RULES, ...rules }, VOCABULARY);
      assert.deepEqual({ outcome, class: id, reason }, expected);
    });
  }

  it("tell score and lead of the best class whatever comes of it", () => {
    const { score, margin, label } = decide(
      rank([ranked("screw", 0.5), ranked("nail", 0.25)]),
      RULES,
      VOCABULARY,
    );
    assert.deepEqual([score, margin, label], [0.5, 0.25, null]);
  });
});
