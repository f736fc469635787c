import assert from "node:assert/strict";

import { combine } from "../../lib/witness/combine";
import { ExampleIndex } from "../../lib/witness/examples";
import { shareBelief, type Testimony } from "../../lib/witness/testimony";

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

const testify = (scores: number[], none = 0.3, sharpness = 20): Testimony => ({
  scores: Float64Array.from(scores),
  ...shareBelief(Float64Array.from(scores), none, sharpness),
});

describe("belief", () => {
  it("is shared among the classes and none of them", () => {
    const { beliefs, none } = shareBelief(Float64Array.of(0.9, 0.5, 0.1), 0.4, 20);
    assert.ok(Math.abs(sum(beliefs) + none - 1) < 1e-9);
    assert.ok(beliefs[0]! > 0.99 && beliefs[1]! > none && none > beliefs[2]!);
  });

  it("gives a class that the witness is silent about as much as none", () => {
    const { beliefs, none } = shareBelief(Float64Array.of(0.9, NaN, 0.1), 0.8, 20);
    assert.equal(beliefs[1], none);
    assert.ok(Math.abs(beliefs[0]! + beliefs[2]! + none - 1) < 1e-9);
  });

  it("is the same for all where the witness knows nothing at all", () => {
    const { beliefs, none } = shareBelief(Float64Array.of(NaN, NaN), -Infinity, 20);
    assert.deepEqual([...beliefs, none], [1, 1, 1]);
  });

  it("is kept within the room that is left", () => {
    const { beliefs, none } = shareBelief(Float64Array.of(0.5, 0.4), 0.3, 20, 0.25);
    assert.ok(Math.abs(sum(beliefs) + none - 0.25) < 1e-9);
  });

  it("stays finite at a sharpness and cosines that would overflow", () => {
    const { beliefs, none } = shareBelief(Float64Array.of(1, -1), -1, 5_000);
    assert.deepEqual([...beliefs, none], [1, 0, 0]);
  });
});

describe("witnesses together", () => {
  it("agree on what both hold for likely", () => {
    const words = testify([0.8, 0.75, 0.2]);
    const sight = testify([0.5, 0.9, 0.2]);
    const { order, shares, none } = combine({ words, sight }, 3, 10);
    assert.deepEqual(order, [1, 0, 2]);
    assert.ok(Math.abs(sum(shares) + none - 1) < 1e-9);
  });

  it("let the examples decide where words and sight contradict them", () => {
    const words = testify([0.9, 0.3]);
    const examples = testify([0.3, 0.9]);
    assert.equal(combine({ words, examples }, 2, 1).order[0], 1);
  });

  it("give none of them most where all find nothing", () => {
    const words = testify([0.2, 0.1], 0.7);
    const sight = testify([0.1, 0.2], 0.6);
    assert.ok(combine({ words, sight }, 2, 2).none > 0.9);
  });

  it("are all equal where nobody speaks, in the vocabulary's order", () => {
    assert.deepEqual(combine({}, 3, 3).order, [0, 1, 2]);
  });

  it("cannot make a class win that is ruled out", () => {
    const words = testify([0.9, 0.3]);
    const { order, shares } = combine({ words }, 2, 2, new Set([0]));
    assert.deepEqual([order, shares[0]], [[1], 0]);
  });
});

describe("examples", () => {
  const unit = (...values: number[]): number[] => {
    const length = Math.sqrt(sum(values.map((value) => value * value)));
    return values.map((value) => value / length);
  };
  const rows = [unit(1, 0.1, 0), unit(1, 0, 0.1), unit(0, 1, 0.1)];
  const index = new ExampleIndex(
    { vectors: Float32Array.from(rows.flat()), dims: 3, owners: Int32Array.of(0, 0, 2) },
    4,
  );
  const see = (...values: number[]) => index.testify(Float32Array.from(unit(...values)));

  it("speak for the class whose pictures are like this one", () => {
    const { scores, beliefs } = see(1, 0.05, 0.05)!;
    assert.ok(scores[0]! > 0.9 && scores[0]! > scores[2]!);
    assert.ok(beliefs[0]! > beliefs[2]!);
  });

  it("are silent about classes without pictures, which might be none of them", () => {
    const { scores, beliefs, none } = see(0, 0, 1)!;
    assert.ok(Number.isNaN(scores[1]!) && Number.isNaN(scores[3]!));
    assert.deepEqual([beliefs[1], beliefs[3]], [none, none]);
    assert.ok(none > beliefs[0]! && none > beliefs[2]!);
  });

  it("know a picture that is one of them from one that is like them", () => {
    assert.deepEqual([...index.find(Float32Array.from(rows[2]!))], [2]);
    assert.equal(index.find(Float32Array.from(unit(1, 0.3, 0.3))).size, 0);
    assert.equal(index.find(new Float32Array(5)).size, 0);
  });

  it("leave a picture out where it would speak of itself", () => {
    const picture = Float32Array.from(rows[2]!);
    const [all, others] = [index.testify(picture)!, index.testify(picture, new Set([2]))!];
    const owner = [...all.scores.keys()].find((at) => all.scores[at] !== others.scores[at])!;
    assert.ok(!(others.scores[owner]! >= all.scores[owner]!));
  });

  it("leave a picture out as often as it was confirmed", () => {
    const twins = new ExampleIndex(
      {
        vectors: Float32Array.from([rows[2]!, rows[2]!, rows[0]!].flat()),
        dims: 3,
        owners: Int32Array.of(2, 2, 0),
      },
      4,
    );
    const picture = Float32Array.from(rows[2]!);
    const same = twins.find(picture);
    assert.deepEqual([...same], [0, 1]);
    const { scores } = twins.testify(picture, same)!;
    assert.ok(Number.isNaN(scores[2]!) && scores[0]! < 0.9);
  });

  it("tell how alike the classes' pictures are, before they are centred", () => {
    const like = rows[0]!.reduce((dot, value, at) => dot + value * rows[1]![at]!, 0);
    const near = new ExampleIndex(
      { vectors: Float32Array.from(rows.flat()), dims: 3, owners: Int32Array.of(0, 1, 2) },
      4,
    );
    assert.ok(Math.abs(near.rivalCosine(0) - like) < 1e-6);
    assert.ok(near.rivalCosine(2) < 0.3);
    assert.equal(near.rivalCosine(3), 0);
  });

  it("say nothing of vectors of another model, and nothing where there are none", () => {
    assert.equal(index.testify(new Float32Array(5)), null);
    const empty = { vectors: new Float32Array(), dims: 3, owners: new Int32Array() };
    assert.equal(new ExampleIndex(empty, 4).testify(Float32Array.of(1, 0, 0)), null);
  });

  it("keep what they were given, whatever the caller does with it afterwards", () => {
    const owners = Int32Array.of(1);
    const vectors = Float32Array.from(unit(0, 0, 1));
    const kept = new ExampleIndex({ vectors, dims: 3, owners }, 2);
    owners[0] = 0;
    vectors.fill(0);
    assert.ok(kept.testify(Float32Array.of(0, 0, 1))!.scores[1]! > 0.99);
  });

  it("with a single picture, are not centred away", () => {
    const one = { vectors: Float32Array.from(unit(1, 1, 0)), dims: 3, owners: Int32Array.of(0) };
    const single = new ExampleIndex(one, 1);
    assert.ok(single.testify(Float32Array.from(unit(1, 0.9, 0)))!.beliefs[0]! > 0.9);
    assert.ok(single.testify(Float32Array.from(unit(0, 0, 1)))!.beliefs[0]! < 0.1);
  });
});
