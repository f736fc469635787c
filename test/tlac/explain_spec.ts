import assert from "node:assert/strict";

import type { Ranking } from "../../lib/match/ranking";
import { explainVerdict, vocabularyLanguage } from "../../lib/tlac/explain";
import type { Verdict, VerdictReason } from "../../lib/tlac/result";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";

const RANKING: Ranking = {
  classes: [
    {
      class: "f",
      label: "フォークリフト",
      score: 0.9,
      via: { candidate: "lift truck", alias: "forklift", kind: "text" },
    },
    {
      class: "h",
      label: "ハンマー",
      score: 0.5,
      via: { candidate: "lift truck", alias: "hammer", kind: "text" },
    },
  ],
  background: { word: "bus", score: 0.4 },
  vetoed: [],
};

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
  score: 0.9,
  margin: 0.4,
  reason,
});

describe("explanation", () => {
  for (const language of ["en-US", "ja"] as const) {
    for (const reason of REASONS) {
      it(`has a whole sentence for ${reason} in ${language}`, () => {
        const sentence = explainVerdict(verdict(reason), RANKING, language);
        assert.match(sentence, language === "ja" ? /。$/ : /\.$/);
        assert.doesNotMatch(sentence, /\{\{|undefined|tlac\./);
      });
    }
  }

  it("names word, alias, class and lead", () => {
    assert.equal(
      explainVerdict(verdict("clear"), RANKING, "ja"),
      "「lift truck」→「forklift」に最も近い→フォークリフト（スコア 0.90、次点 ハンマー との差 0.40）。",
    );
  });

  it("speaks of the image where no word was matched", () => {
    const [best] = RANKING.classes;
    const byImage: Ranking = {
      ...RANKING,
      classes: [{ ...best!, via: { candidate: "", alias: "forklift", kind: "image" } }],
    };
    assert.match(explainVerdict(verdict("clear"), byImage, "en-US"), /^The image is closest to/);
  });

  it("is in the language of the labels", () => {
    assert.equal(vocabularyLanguage(parseVocabulary("ねじ, hammer")), "ja");
    assert.equal(vocabularyLanguage(parseVocabulary("screw, hammer")), "en-US");
  });
});
