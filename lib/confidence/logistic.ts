/** Coefficients of a logistic regression over standardised features. */
export interface LogisticModel {
  /** Names of the features, in the order of the other lists. */
  readonly features: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** One for each feature, then the intercept. */
  readonly weights: readonly number[];
}

export interface Sample {
  readonly values: Readonly<Record<string, number>>;
  readonly right: boolean;
  /** How much it counts; default 1. */
  readonly weight?: number;
}

const MAX_STEPS = 50;
const CONVERGED = 1e-8;

/** Probability 0…1 of the features' values; a feature without a value is an average one. */
export function predict(model: LogisticModel, values: Readonly<Record<string, number>>): number {
  return sigmoid(dot(standardise(model, values), model.weights));
}

/**
 * Means and deviations of the samples' features with weights of 0, to fit from. A feature that
 * never changes has the deviation 1, so that it weighs nothing.
 */
export function emptyModel(samples: readonly Sample[]): LogisticModel {
  const features = Object.keys(samples[0]?.values ?? {});
  const total = sum(samples.map(({ weight = 1 }) => weight));
  const mean = (of: (sample: Sample) => number): number =>
    sum(samples.map((sample) => (sample.weight ?? 1) * of(sample))) / total;
  const means = features.map((name) => mean(({ values }) => values[name] ?? 0));
  const deviations = features.map((name, at) => {
    const variance = mean(({ values }) => ((values[name] ?? 0) - (means[at] ?? 0)) ** 2);
    return variance > 1e-12 ? Math.sqrt(variance) : 1;
  });
  return { features, means, deviations, weights: new Array<number>(features.length + 1).fill(0) };
}

/**
 * Fits the weights by Newton's method with a ridge towards `prior`: few samples change little.
 * The intercept is drawn as the others are, but to its own prior.
 *
 * @param ridge strength: as much as that many samples, roughly
 */
export function fitLogistic(
  samples: readonly Sample[],
  prior: LogisticModel,
  ridge: number,
): LogisticModel {
  const rows = samples.map(({ values }) => standardise(prior, values));
  const size = prior.weights.length;
  let weights = [...prior.weights];
  for (let step = 0; step < MAX_STEPS; step++) {
    const gradient = weights.map((weight, at) => ridge * (weight - (prior.weights[at] ?? 0)));
    const hessian = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (_, column) => (row === column ? ridge + 1e-9 : 0)),
    );
    for (const [number, row] of rows.entries()) {
      const { right, weight = 1 } = samples[number] as Sample;
      const p = sigmoid(dot(row, weights));
      const slope = weight * (p - (right ? 1 : 0));
      const curve = weight * p * (1 - p);
      for (let i = 0; i < size; i++) {
        gradient[i] = (gradient[i] as number) + slope * (row[i] as number);
        const line = hessian[i] as number[];
        for (let j = 0; j < size; j++) {
          line[j] = (line[j] as number) + curve * (row[i] as number) * (row[j] as number);
        }
      }
    }
    const change = solve(hessian, gradient);
    // A long step of Newton's can overshoot where nearly all samples are separated.
    const longest = Math.max(...change.map(Math.abs));
    const scale = longest > 2 ? 2 / longest : 1;
    weights = weights.map((weight, at) => weight - scale * (change[at] ?? 0));
    if (longest < CONVERGED) break;
  }
  return { ...prior, weights };
}

/** The values in the model's order, standardised, with a 1 for the intercept. */
function standardise(model: LogisticModel, values: Readonly<Record<string, number>>): number[] {
  const { features, means, deviations } = model;
  const row = features.map((name, at) => {
    const value = values[name];
    return value === undefined ? 0 : (value - (means[at] ?? 0)) / (deviations[at] ?? 1);
  });
  return [...row, 1];
}

/** Solves a symmetric positive definite system by Cholesky's decomposition. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length;
  const lower = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    const row = lower[i] as Float64Array;
    for (let j = 0; j <= i; j++) {
      const other = lower[j] as Float64Array;
      let rest = matrix[i]?.[j] ?? 0;
      for (let k = 0; k < j; k++) rest -= (row[k] as number) * (other[k] as number);
      row[j] = i === j ? Math.sqrt(Math.max(rest, 1e-12)) : rest / (other[j] as number);
    }
  }
  const forward = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const row = lower[i] as Float64Array;
    let rest = right[i] ?? 0;
    for (let k = 0; k < i; k++) rest -= (row[k] as number) * (forward[k] as number);
    forward[i] = rest / (row[i] as number);
  }
  const solution = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    let rest = forward[i] as number;
    for (let k = i + 1; k < size; k++) {
      rest -= ((lower[k] as Float64Array)[i] as number) * (solution[k] as number);
    }
    solution[i] = rest / ((lower[i] as Float64Array)[i] as number);
  }
  return solution;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function dot(row: readonly number[], weights: readonly number[]): number {
  return row.reduce((total, value, at) => total + value * (weights[at] ?? 0), 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
