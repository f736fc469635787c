import assert from "node:assert/strict";

import { DEFAULT_COEFFICIENTS, thresholdOf } from "../../lib/confidence/confidence";
import type { Evidence } from "../../lib/confidence/features";
import { KNOBS, type Knob } from "../../lib/confidence/knob";
import { judge, type DecisionRules } from "../../lib/tlac/judge";
import type { Verdict } from "../../lib/tlac/result";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { combine } from "../../lib/witness/combine";
import { shareBelief } from "../../lib/witness/testimony";

const VOCABULARY = createVocabulary([
  { label: "screw" },
  { label: "nail" },
  { label: "valve", accept: 1000 },
  { label: "gasket", threshold: 0.95 },
]);

interface Given {
  /** Cosines of the words by class; −1: none spoke of it. */
  readonly words?: readonly number[];
  readonly none?: number;
  readonly exact?: number;
  readonly vetoed?: number;
  readonly chosen?: number | null;
  readonly confidence: number;
  readonly knob?: Knob;
  readonly rules?: Partial<DecisionRules>;
}

function decide(given: Given): Verdict {
  const { words, none = 0.4, exact, vetoed, chosen, confidence, knob = 50, rules = {} } = given;
  const scores = words && Float64Array.from(words);
  const testimony = scores && {
    scores,
    ...shareBelief(scores, none, 20),
    exact: scores.map((score, position) => (position === exact ? score : 0)),
    trust: () => 1,
    background: null,
    vetoed: new Set(vetoed === undefined ? [] : [vetoed]),
    via: () => undefined,
  };
  const evidence: Evidence = {
    words: testimony ?? null,
    sight: null,
    examples: null,
    combined: combine(testimony ? { words: testimony } : {}, 4, 10, testimony?.vetoed),
    exampleFacts: null,
    lmmProbability: undefined,
    ...(chosen === undefined ? {} : { chosen }),
  };
  const estimate = { voices: "words", values: {}, confidence };
  const coefficients = DEFAULT_COEFFICIENTS;
  return judge({ evidence, estimate, knob, coefficients, rules, vocabulary: VOCABULARY });
}

const ROWS: readonly (readonly [string, Given, Pick<Verdict, "outcome" | "class" | "reason">])[] = [
  ["nobody spoke", { confidence: 0 }, { outcome: "unknown", class: null, reason: "empty" }],
  [
    "the winner is sure enough",
    { words: [0.9, 0.4, 0.3, 0.2], confidence: 0.99 },
    { outcome: "class", class: "screw", reason: "clear" },
  ],
  [
    "the winner is sure enough and was named",
    { words: [1, 0.4, 0.3, 0.2], exact: 0, confidence: 0.99 },
    { outcome: "class", class: "screw", reason: "alias" },
  ],
  [
    "the winner was named, but is not sure: a name alone decides nothing",
    { words: [1, 0.4, 0.3, 0.2], exact: 0, confidence: 0.2 },
    { outcome: "unknown", class: null, reason: "below-threshold" },
  ],
  [
    "two classes share the belief",
    { words: [0.8, 0.79, 0.1, 0.1], confidence: 0.5 },
    { outcome: "ambiguous", class: null, reason: "near-tie" },
  ],
  [
    "two classes are exactly equal, however sure that seems",
    { words: [1, 1, 0.1, 0.1], confidence: 0.999 },
    { outcome: "ambiguous", class: null, reason: "near-tie" },
  ],
  [
    "none of the classes is more likely",
    { words: [0.5, 0.4, 0.1, 0.1], none: 0.8, confidence: 0.05 },
    { outcome: "unknown", class: null, reason: "background" },
  ],
  [
    "a not-word rules the best one out",
    { words: [0.9, 0.5, 0.1, 0.1], vetoed: 0, confidence: 0.99 },
    { outcome: "unknown", class: null, reason: "anti-alias" },
  ],
  [
    "a not-word rules one out and another is named",
    { words: [0.9, 1, 0.1, 0.1], vetoed: 0, exact: 1, confidence: 0.99 },
    { outcome: "class", class: "nail", reason: "alias" },
  ],
  [
    "a second answer chose the winner",
    { words: [0.9, 0.5, 0.1, 0.1], chosen: 0, confidence: 0.99 },
    { outcome: "class", class: "screw", reason: "agreed" },
  ],
  [
    "a second answer chose none of the near ones",
    { words: [0.9, 0.5, 0.1, 0.1], chosen: null, confidence: 0.99 },
    { outcome: "unknown", class: null, reason: "none-of-these" },
  ],
  [
    "a second answer settled nothing",
    { words: [0.8, 0.79, 0.1, 0.1], chosen: -1, confidence: 0.4 },
    { outcome: "ambiguous", class: null, reason: "disagreed" },
  ],
  [
    "the class is stricter than the common knob",
    { words: [0.1, 0.1, 0.9, 0.1], confidence: 0.8 },
    { outcome: "unknown", class: null, reason: "below-threshold" },
  ],
  [
    "the class demands a cosine as version 0.1 did",
    { words: [0.1, 0.1, 0.1, 0.9], confidence: 0.99 },
    { outcome: "unknown", class: null, reason: "below-threshold" },
  ],
  [
    "the node demands a lead as version 0.1 did",
    { words: [0.9, 0.87, 0.1, 0.1], confidence: 0.99, rules: { margin: 0.05 } },
    { outcome: "ambiguous", class: null, reason: "near-tie" },
  ],
];

describe("decisions", () => {
  for (const [when, given, expected] of ROWS) {
    it(`are ${expected.outcome} (${expected.reason}) where ${when}`, () => {
      const { outcome, class: id, reason } = decide(given);
      assert.deepEqual({ outcome, class: id, reason }, expected);
    });
  }

  it("tell confidence, score and lead of the best class whatever comes of it", () => {
    const { confidence, score, margin, label } = decide({
      words: [0.5, 0.4, 0.1, 0.1],
      none: 0.8,
      confidence: 0.05,
    });
    assert.equal(confidence, 0.05);
    assert.ok(score > 0 && score < 0.01 && margin > 0 && margin < score);
    assert.equal(label, null);
  });

  it("are never more with a stricter knob, by any voices", () => {
    for (const voices of Object.keys(DEFAULT_COEFFICIENTS.models)) {
      const thresholds = KNOBS.map((knob) => thresholdOf(knob, voices));
      assert.ok(
        thresholds.every((one) => one >= 0.5 && one <= 1),
        voices,
      );
      for (const [at, threshold] of thresholds.entries()) {
        assert.ok(threshold >= (thresholds[at - 1] ?? 0), voices);
      }
    }
  });

  it("are none by voices that no coefficients are known of", () => {
    assert.equal(thresholdOf(20, "hearsay"), 1);
  });
});
