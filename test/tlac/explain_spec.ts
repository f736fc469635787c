import assert from "node:assert/strict";

import type { Evidence } from "../../lib/confidence/features";
import { explainVerdict, vocabularyLanguage } from "../../lib/tlac/explain";
import type { RankedClass } from "../../lib/tlac/ranking";
import type { Verdict, VerdictReason } from "../../lib/tlac/result";
import { combine } from "../../lib/witness/combine";
import { shareBelief, type Testimony } from "../../lib/witness/testimony";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";

const RANKING: readonly RankedClass[] = [
  {
    class: "f",
    label: "フォークリフト",
    score: 0.9,
    via: { candidate: "lift truck", alias: "forklift", kind: "text" },
  },
  {
    class: "h",
    label: "ハンマー",
    score: 0.05,
    via: { candidate: "lift truck", alias: "hammer", kind: "text" },
  },
];

const testify = (...scores: number[]): Testimony => ({
  scores: Float64Array.from(scores),
  ...shareBelief(Float64Array.from(scores), 0.3, 20),
});

/** What the witnesses say of the two classes. */
function evidenceOf(testimonies: {
  readonly words?: Testimony;
  readonly sight?: Testimony;
  readonly examples?: Testimony;
}): Evidence {
  const { words, sight, examples } = testimonies;
  const background = { word: "bus", score: 0.4 };
  const via = (): undefined => undefined;
  return {
    words: words
      ? { ...words, exact: new Float64Array(2), trust: () => 1, background, vetoed: new Set(), via }
      : null,
    sight: sight ? { ...sight, background, recognises: () => false, via } : null,
    examples: examples ?? null,
    combined: combine(testimonies, 2, 2),
    exampleFacts: null,
    lmmProbability: undefined,
  };
}

const EVIDENCE = evidenceOf({ words: testify(0.9, 0.5) });

const REASONS: readonly VerdictReason[] = [
  "alias",
  "clear",
  "below-threshold",
  "near-tie",
  "background",
  "anti-alias",
  "empty",
  "agreed",
  "disagreed",
  "none-of-these",
  "filtered",
];

const verdict = (reason: VerdictReason): Verdict => ({
  outcome: "class",
  class: "f",
  label: "フォークリフト",
  confidence: 0.979,
  score: 0.9,
  margin: 0.85,
  reason,
});

describe("explanation", () => {
  for (const language of ["en-US", "ja"] as const) {
    for (const reason of REASONS) {
      it(`has a whole sentence for ${reason} in ${language}`, () => {
        const sentence = explainVerdict(verdict(reason), RANKING, EVIDENCE, language);
        assert.match(sentence, language === "ja" ? /。$/ : /\.$/);
        assert.doesNotMatch(sentence, /\{\{|undefined|tlac\./);
      });
    }
  }

  it("names word, alias, class and how sure that is", () => {
    assert.equal(
      explainVerdict(verdict("clear"), RANKING, EVIDENCE, "ja"),
      "「lift truck」は「forklift」を通じてフォークリフトに最も近いです（正しい確率 97 %）。証言は言葉だけです。",
    );
  });

  const voices: readonly (readonly [string, Evidence, RegExp])[] = [
    ["one witness", EVIDENCE, /Only one witness spoke: words\.$/],
    [
      "witnesses that agree",
      evidenceOf({ words: testify(0.9, 0.5), sight: testify(0.8, 0.2), examples: testify(0.9, 0) }),
      /The witnesses agree: words, sight, and examples\.$/,
    ],
    [
      "a witness that contradicts",
      evidenceOf({ words: testify(0.9, 0.5), sight: testify(0.35, 0.4) }),
      /Of the witnesses words and sight, these see it differently: sight\.$/,
    ],
    [
      "witnesses of whom none is for the winner",
      evidenceOf({ words: testify(0.2, 0.1), sight: testify(0.2, 0.1) }),
      /None of the witnesses is for it alone: words and sight\.$/,
    ],
  ];
  for (const [who, evidence, sentence] of voices) {
    it(`tells of ${who}`, () => {
      assert.match(explainVerdict(verdict("clear"), RANKING, evidence, "en-US"), sentence);
    });
  }

  it("speaks of the picture where no word was matched", () => {
    const [best] = RANKING;
    const byImage: readonly RankedClass[] = [
      { ...best!, via: { candidate: "", alias: "forklift", kind: "image" } },
    ];
    const sentence = explainVerdict(verdict("clear"), byImage, EVIDENCE, "en-US");
    assert.match(sentence, /^The picture fits フォークリフト best; that is right with 97 %/);
  });

  it("is in the language of the labels", () => {
    assert.equal(vocabularyLanguage(parseVocabulary("ねじ, hammer")), "ja");
    assert.equal(vocabularyLanguage(parseVocabulary("screw, hammer")), "en-US");
  });
});
