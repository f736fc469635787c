import assert from "node:assert/strict";

import { estimateConfidence, type VoiceModel } from "../../lib/confidence/confidence";
import type { Evidence } from "../../lib/confidence/features";
import { combine } from "../../lib/witness/combine";
import { shareBelief } from "../../lib/witness/testimony";

/** A model that is so sure, whatever it is told. */
function sure(confidence: number): VoiceModel {
  const intercept = Math.log(confidence / (1 - confidence));
  return { features: [], means: [], deviations: [], weights: [intercept], thresholds: {} };
}

/** How sure a class is that a word names, where the picture's examples speak for a class as well. */
function estimate(trust: number, picture: { winner: number; confidence: number }): number {
  const testify = (winner: number) => {
    const scores = Float64Array.of(winner === 0 ? 0.9 : 0.4, winner === 1 ? 0.9 : 0.4);
    return { scores, ...shareBelief(scores, 0.4, 20) };
  };
  const spoken = testify(0);
  const words = {
    ...spoken,
    ...{ exact: spoken.scores, trust: () => trust, background: null },
    ...{ vetoed: new Set<number>(), via: () => undefined },
  };
  const examples = testify(picture.winner);
  const rest = { sight: null, examples, exampleFacts: null, lmmProbability: undefined };
  const seen: Evidence = { ...rest, words: null, combined: combine({ examples }, 2, 2) };
  // What the words say wins here, whatever the examples weigh.
  const combined = combine({ words }, 2, 2);
  const evidence = { ...rest, words, combined, ...(trust < 1 && { learned: { trust, seen } }) };
  const models = { "words+examples": sure(0.99), examples: sure(picture.confidence) };
  return estimateConfidence(evidence, { models })?.confidence ?? NaN;
}

const near = (one: number, other: number): boolean => Math.abs(one - other) < 1e-9;

describe("the confidence in a learned word", () => {
  it("is no more than the trust in it", () => {
    assert.ok(near(estimate(2 / 3, { winner: 0, confidence: 0.3 }), 2 / 3));
  });

  it("is the picture's where that is surer of the same class", () => {
    assert.ok(near(estimate(2 / 3, { winner: 0, confidence: 0.9 }), 0.9));
  });

  it("gains nothing from a picture that is sure of another class", () => {
    assert.ok(near(estimate(2 / 3, { winner: 1, confidence: 0.9 }), 2 / 3));
  });

  it("is never raised, and a typed word's is its own", () => {
    assert.ok(near(estimate(2 / 3, { winner: 0, confidence: 0.999 }), 0.99));
    assert.ok(near(estimate(1, { winner: 0, confidence: 0.3 }), 0.99));
  });
});
