import assert from "node:assert/strict";

import { lowerBound } from "../../lib/confidence/clopper-pearson";
import { DriftWatch } from "../../lib/tlac/drift-watch";

const note = (watch: DriftWatch, answers: readonly boolean[]) =>
  answers.map((agrees) => watch.note(agrees)).filter((drift) => drift !== undefined);

describe("drift of what is decided without the LMM", () => {
  it("is told once where more checks differ than an LMM's own errors explain", () => {
    const watch = new DriftWatch();
    assert.deepEqual(note(watch, Array<boolean>(20).fill(true)), []);
    const answers = Array.from({ length: 60 }, (_, at) => at % 2 === 0);
    const [drift, ...more] = note(watch, answers);
    assert.ok(drift && lowerBound(drift.differing, drift.asked, 0.95) > 0.1);
    // And again only by as many new ones.
    assert.ok(more.every(({ asked }) => asked >= 10));
  });

  it("is not told by a few checks, nor by one in twenty", () => {
    assert.deepEqual(note(new DriftWatch(), Array<boolean>(9).fill(false)), []);
    const rare = Array.from({ length: 1_000 }, (_, at) => at % 20 !== 0);
    assert.deepEqual(note(new DriftWatch(), rare), []);
  });
});
