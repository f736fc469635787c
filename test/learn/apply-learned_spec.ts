import assert from "node:assert/strict";

import { applyLearned } from "../../lib/learn/apply-learned";
import type { HeldWord, LearnedName } from "../../lib/learn/learned-names";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";

const vocabulary = createVocabulary([{ label: "crack" }, { label: "dent" }]);

/** A word for the crack that so many answers taught; 0: a person settled it. */
function word(name: string, answers: number): LearnedName {
  const lessons = Array.from({ length: answers }, (_, at) => `${name} ${at}`);
  return { kind: "alias", class: "crack", name, lessons };
}

/** A word of which so many answers say either class. */
function contested(crack: number, dent: number): HeldWord {
  const claims = Object.entries({ crack, dent }).map(([id, lessons]) => ({ class: id, lessons }));
  return { word: "matchstick", claims: claims.map((claim) => ({ ...claim, typed: false })) };
}

function trustOf(names: readonly LearnedName[], held: readonly HeldWord[] = []) {
  const [crack] = applyLearned(vocabulary, { names, held }).classes;
  return (crack?.learned ?? []).map(({ name, trust }) => [name, trust]);
}

describe("trust in learned words", () => {
  it("grows with the answers that agree with earlier ones, of any word", () => {
    assert.deepEqual(trustOf([word("padlock", 1)]), [["padlock", 2 / 3]]);
    assert.deepEqual(trustOf([word("padlock", 1), word("nail", 3)]), [
      ["padlock", 4 / 5],
      ["nail", 4 / 5],
    ]);
  });

  it("falls with those that contradict", () => {
    assert.deepEqual(trustOf([word("padlock", 1)], [contested(3, 2)]), [["padlock", 2 / 5]]);
  });

  it("is not asked of what a person settled", () => {
    assert.deepEqual(trustOf([word("padlock", 0)]), []);
    assert.deepEqual(trustOf([word("padlock", 0), word("nail", 1)]), [["nail", 2 / 3]]);
  });
});
