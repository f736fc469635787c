import assert from "node:assert/strict";

import {
  KNOBS,
  missingPhotos,
  provenThreshold,
  toKnob,
  type Judged,
} from "../../lib/confidence/knob";

/** `right` sure photos that are right, and `wrong` ones that are wrong at a confidence. */
const judge = (right: number, wrong: number, confidence: number): Judged[] => [
  ...Array.from({ length: right }, () => ({ confidence: 0.99, right: true })),
  ...Array.from({ length: wrong }, () => ({ confidence, right: false })),
];

describe("the knob", () => {
  it("is proven down to where the wrong ones begin", () => {
    const threshold = provenThreshold(judge(500, 30, 0.6), 50);
    // At 0.61 none of 530 is wrong; at 0.60 thirty are, which is far more than 1 in 50.
    assert.equal(threshold, 0.61);
  });

  it("is proven at any threshold where hardly any is wrong", () => {
    assert.equal(provenThreshold(judge(500, 1, 0.6), 50), 0.02);
  });

  it("is not proven by too few photos", () => {
    assert.equal(provenThreshold(judge(148, 0, 0), 50), null);
    assert.notEqual(provenThreshold(judge(149, 0, 0), 50), null);
    assert.equal(provenThreshold([], 20), null);
  });

  it("stops at the first threshold that fails, as a fixed sequence must", () => {
    // Two errors at the top cannot be outweighed by what comes later.
    const judged = [...judge(200, 0, 0), ...judge(0, 5, 0.9999)];
    assert.ok((provenThreshold(judged, 50) ?? 1) === 1);
  });

  it("is proven for the stages of a cascade together", () => {
    // Right in the end, but 30 of 530 wrong at 0.6 in the stage before, which would have decided.
    const before = [...judge(500, 0, 0), ...judge(0, 30, 0.6)];
    const judged = before.map((stage) => ({ confidence: 0.9, right: true, before: [stage] }));
    assert.equal(provenThreshold(judged, 50), 0.61);
    // Where the stage before is not sure enough, the last one decides.
    const late = judge(530, 0, 0).map(() => ({
      ...{ confidence: 0.8, right: false },
      before: [{ confidence: 0.3, right: true }],
    }));
    assert.equal(provenThreshold(late, 50), 0.81);
  });

  it("never decides more when it is stricter", () => {
    const judged = Array.from({ length: 3_000 }, (_, at) => ({
      confidence: (at % 1_000) / 1_000,
      right: (at * 7919) % 1_000 < at % 1_000,
    }));
    const thresholds = KNOBS.map((knob) => provenThreshold(judged, knob) ?? 1);
    assert.deepEqual(
      [...thresholds].sort((a, b) => a - b),
      thresholds,
    );
  });

  it("tells about how many more photos prove it", () => {
    assert.equal(missingPhotos(0, 0, 50), 149);
    assert.equal(missingPhotos(0, 60, 50), 89);
    assert.equal(missingPhotos(10, 100, 50), null);
  });

  it("is one of its positions, as a number or as text", () => {
    assert.deepEqual([50, "200", " 20 "].map(toKnob), [50, 200, 20]);
    assert.deepEqual([30, "", null, {}, "1 in 50", NaN].map(toKnob), Array(6).fill(undefined));
  });
});
