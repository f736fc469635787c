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
 * Calls `visit` with the dot product of a vector [dims] and each row of a table [rows × dims], in
 * their order. Four rows side by side: each value of the vector is fetched once for all of them, and
 * no sum waits for another, which takes a third of the time of one row after the other.
 */
export function forEachDot(
  table: Float32Array,
  vector: Float32Array,
  visit: (row: number, dot: number) => void,
): void {
  const dims = vector.length;
  const rows = dims === 0 ? 0 : Math.floor(table.length / dims);
  let row = 0;
  // All indexes stay inside by construction; `?? 0` would cost a branch a step.
  for (; row + 4 <= rows; row += 4) {
    let [first, second, third, fourth] = [0, 0, 0, 0];
    let at = row * dims;
    for (let column = 0; column < dims; column++, at++) {
      const value = vector[column] as number;
      first += value * (table[at] as number);
      second += value * (table[at + dims] as number);
      third += value * (table[at + 2 * dims] as number);
      fourth += value * (table[at + 3 * dims] as number);
    }
    visit(row, first);
    visit(row + 1, second);
    visit(row + 2, third);
    visit(row + 3, fourth);
  }
  for (; row < rows; row++) visit(row, dot(table.subarray(row * dims, (row + 1) * dims), vector));
}

/** The dot product of two vectors of one length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}
