import assert from "node:assert/strict";

import { emptyModel, fitLogistic, predict, type Sample } from "../../lib/confidence/logistic";

/** Samples whose chance of being right is known: sigmoid(2a - b + 0.5). */
function draw(count: number): Sample[] {
  let state = 42;
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: count }, () => {
    const a = 2 * random() - 1;
    const b = 4 * random() - 2;
    const chance = 1 / (1 + Math.exp(-(2 * a - b + 0.5)));
    return { values: { a, b }, right: random() < chance };
  });
}

describe("logistic regression", () => {
  it("finds the chances that the samples were drawn with", () => {
    const samples = draw(20_000);
    const model = fitLogistic(samples, emptyModel(samples), 1e-3);
    for (const [a, b] of [
      [0, 0],
      [0.8, -1],
      [-0.5, 1.5],
    ] as const) {
      const chance = 1 / (1 + Math.exp(-(2 * a - b + 0.5)));
      assert.ok(Math.abs(predict(model, { a, b }) - chance) < 0.03);
    }
  });

  it("stays at its prior without samples, and near it with few", () => {
    const samples = draw(5_000);
    const prior = fitLogistic(samples, emptyModel(samples), 1);
    assert.deepEqual(fitLogistic([], prior, 10).weights, prior.weights);
    const contrary = draw(5).map((sample) => ({ ...sample, right: !sample.right }));
    const little = fitLogistic(contrary, prior, 20);
    const change = Math.max(
      ...little.weights.map((weight, at) => Math.abs(weight - prior.weights[at]!)),
    );
    assert.ok(change > 0 && change < 0.3, String(change));
  });

  it("stays finite where one feature separates all samples, and where one never changes", () => {
    const samples = Array.from({ length: 50 }, (_, at) => ({
      values: { a: at, constant: 3 },
      right: at >= 25,
    }));
    const { weights } = fitLogistic(samples, emptyModel(samples), 0.1);
    assert.ok(weights.every(Number.isFinite));
    assert.equal(Math.abs(weights[1]!) < 1e-6, true);
  });

  it("counts a weight of two as two samples", () => {
    const samples = draw(200);
    const start = emptyModel(samples);
    const doubled = fitLogistic([...samples, ...samples], start, 1).weights;
    const weighed = fitLogistic(
      samples.map((one) => ({ ...one, weight: 2 })),
      start,
      1,
    ).weights;
    for (const [at, weight] of doubled.entries()) assert.ok(Math.abs(weight - weighed[at]!) < 1e-6);
  });

  it("takes a feature without a value for an average one", () => {
    const samples = draw(500);
    const model = fitLogistic(samples, emptyModel(samples), 1);
    const [mean = 0] = model.means;
    assert.ok(Math.abs(predict(model, { b: 1 }) - predict(model, { a: mean, b: 1 })) < 1e-9);
  });
});
