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
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  const shares = new Float32Array(logits.length);
  let sum = 0;
  for (let at = 0; at < shares.length; at++) {
    shares[at] = Math.exp((logits[at] as number) - largest);
    sum += shares[at] as number;
  }
  for (let at = 0; at < shares.length; at++) shares[at] = (shares[at] as number) / sum;
  return shares;
}

/**
 * Calls `visit` with the dot product of a vector [dims] and each row of a table [rows × dims], in
 * their order. Eight rows side by side: each value of the vector is fetched once for all of them, and
 * no sum waits for another, which takes a quarter of the time of one row after the other.
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
  for (; row + 8 <= rows; row += 8) {
    let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
    let at = row * dims;
    for (let column = 0; column < dims; column++, at++) {
      const value = vector[column] as number;
      a += value * (table[at] as number);
      b += value * (table[at + dims] as number);
      c += value * (table[at + 2 * dims] as number);
      d += value * (table[at + 3 * dims] as number);
      e += value * (table[at + 4 * dims] as number);
      f += value * (table[at + 5 * dims] as number);
      g += value * (table[at + 6 * dims] as number);
      h += value * (table[at + 7 * dims] as number);
    }
    visit(row, a);
    visit(row + 1, b);
    visit(row + 2, c);
    visit(row + 3, d);
    visit(row + 4, e);
    visit(row + 5, f);
    visit(row + 6, g);
    visit(row + 7, h);
  }
  for (; row < rows; row++) visit(row, dot(table.subarray(row * dims, (row + 1) * dims), vector));
}

/** The dot product of two vectors of one length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}
