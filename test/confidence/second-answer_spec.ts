import assert from "node:assert/strict";

import { confidenceAfter } from "../../lib/confidence/second-answer";
import type { Combined } from "../../lib/witness/combine";

/** Three classes of which the first leads; a fifth of the belief is in none of them. */
const BEFORE: Combined = {
  utilities: new Float64Array(3),
  order: [0, 1, 2],
  shares: Float64Array.from([0.4, 0.3, 0.1]),
  none: 0.2,
};
const near = (value: number, expected: number): void => {
  assert.ok(Math.abs(value - expected) < 1e-9, `${String(value)} is not ${String(expected)}`);
};

describe("confidence after a second answer", () => {
  const free = { others: 2, forced: false };

  it("follows Bayes' rule where the winner was chosen again", () => {
    // 0.5 · 0.8 against 0.5 · 0.1
    near(confidenceAfter({ ...free, chosen: 0 }, 0.5, BEFORE), 0.4 / 0.45);
  });

  it("begins with the runner-up's own part where that was chosen", () => {
    // The runner-up was right with 0.5 · 0.3 / 0.4.
    near(confidenceAfter({ ...free, chosen: 1 }, 0.5, BEFORE), 0.3 / (0.3 + 0.0625));
  });

  it("sinks where none of them was chosen", () => {
    near(confidenceAfter({ ...free, chosen: null }, 0.5, BEFORE), 0.05 / 0.45);
  });

  it("tells which, but not whether, where there was no way out", () => {
    const forced = { others: 2, forced: true };
    const known = (0.3 * 0.8) / 0.4;
    near(confidenceAfter({ ...forced, chosen: 0 }, 0.3, BEFORE), known * (0.4 / 0.45));
    assert.ok(confidenceAfter({ ...forced, chosen: 0 }, 0.3, BEFORE) < known);
  });

  it("says more the more other answers there were", () => {
    const few = confidenceAfter({ ...free, chosen: 0 }, 0.2, BEFORE);
    const many = confidenceAfter({ chosen: 0, others: 8, forced: false }, 0.2, BEFORE);
    assert.ok(many > few);
  });

  it("is nothing where nothing was believed before", () => {
    const blank = { ...BEFORE, shares: new Float64Array(3), none: 1 };
    near(confidenceAfter({ ...free, chosen: 0 }, 0.5, blank), 0);
    near(confidenceAfter({ ...free, chosen: 0 }, 0, BEFORE), 0);
  });
});
