import assert from "node:assert/strict";

import { DriftWatch, type Drift } from "../../lib/tlac/drift-watch";

type Said = "same" | "other" | "none";

/** Notes what the LMM's words say of images that were decided as one class. */
function note(watch: DriftWatch, said: readonly Said[], id = "cup"): Drift[] {
  return said.flatMap((one) => {
    const named = one === "none" ? null : one === "same" ? id : "another";
    const spotCheck = { agrees: one === "same", class: named, label: named, candidates: [] };
    return watch.note({ class: id, label: id.toUpperCase(), spotCheck }) ?? [];
  });
}

const times = (count: number, ...said: Said[]): Said[] =>
  Array.from({ length: count }, () => said).flat();

describe("drift of what is decided without the LMM", () => {
  let watch: DriftWatch;

  beforeEach(() => {
    watch = new DriftWatch();
  });

  it("is told where other classes are named more often than an LMM's own errors explain", () => {
    assert.deepEqual(note(watch, times(9, "other")), []);
    const [drift, ...more] = note(watch, times(1, "other"));
    assert.deepEqual([drift, more], [{ kind: "other-class", asked: 10, differing: 10 }, []]);
    assert.deepEqual(note(watch, times(9, "other")), [], "again only by as many new ones");
  });

  it("is not told by another class in fifteen", () => {
    assert.deepEqual(note(watch, times(60, "other", ...times(14, "same"))), []);
  });

  it("is told once where a class is missed more often than it used to be", () => {
    assert.deepEqual(note(watch, times(10, "same", "same", "same", "none")), []);
    const [drift, ...more] = note(watch, times(20, "none"));
    assert.ok(drift?.kind === "more", "a new thing that is taken for a cup");
    assert.deepEqual([drift.label, drift.asked], ["CUP", 20]);
    assert.ok(drift.differing > 10 && drift.before > 20 && drift.before < 30);
    assert.deepEqual(more, []);
    assert.deepEqual(note(watch, times(100, "none")), [], "which is how it is now");
  });

  it("is not told where the LMM never had a name for a class, nor where another class comes", () => {
    assert.deepEqual(note(watch, times(100, "none"), "a part of the plant's own"), []);
    assert.deepEqual(note(watch, times(100, "same"), "cup"), []);
    assert.deepEqual(note(watch, times(100, "none"), "a part of the plant's own"), []);
  });

  it("is not told by ups and downs", () => {
    assert.deepEqual(note(watch, times(100, "none", "same", "same", "none", "same")), []);
  });

  it("counts no check that failed", () => {
    for (let count = 0; count < 50; count++) {
      assert.equal(watch.note({ class: "cup", label: "cup" }), undefined);
    }
    assert.deepEqual(note(watch, times(9, "other")), []);
  });

  it("knows a class's past among thousands of others", () => {
    note(watch, times(60, "same"));
    for (let number = 0; number < 5_000; number++) note(watch, ["same"], String(number));
    const [drift] = note(watch, times(20, "none"));
    assert.deepEqual(drift && [drift.kind, drift.asked < 20], ["more", false]);
  });

  it("holds a bounded number of classes, and forgets what was checked longest ago", () => {
    note(watch, times(60, "same"), "old");
    for (let number = 0; number < 12_000; number++) note(watch, ["same"], String(number));
    assert.deepEqual(note(watch, times(20, "none"), "old"), []);
    assert.ok((watch as unknown as { classes: Map<string, unknown> }).classes.size <= 10_000);
  });
});
