/** Scales `vector` in place to length 1; false where it has no direction (zero, NaN or infinite). */
export function normalizeVector(vector: Float32Array): boolean {
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (!(sum > 0 && sum < Infinity)) return false;
  const scale = 1 / Math.sqrt(sum);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) * scale;
  return true;
}

/** Probabilities from logits; subtracting the largest keeps `exp` finite. */
export function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logits.map((logit) => Math.exp(logit - largest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The dot product of a vector with the row that begins at `start` of a table. Four sums side by
 * side: one alone makes each step wait for the last, which takes three times as long.
 */
export function dotAt(table: Float32Array, start: number, vector: Float32Array): number {
  const { length } = vector;
  const whole = length - (length % 4);
  let [first, second, third, fourth] = [0, 0, 0, 0];
  let column = 0;
  // All indexes stay inside by construction; `?? 0` would cost a branch a step.
  for (let at = start; column < whole; column += 4, at += 4) {
    first += (table[at] as number) * (vector[column] as number);
    second += (table[at + 1] as number) * (vector[column + 1] as number);
    third += (table[at + 2] as number) * (vector[column + 2] as number);
    fourth += (table[at + 3] as number) * (vector[column + 3] as number);
  }
  for (; column < length; column++) {
    first += (table[start + column] as number) * (vector[column] as number);
  }
  return first + second + third + fourth;
}
