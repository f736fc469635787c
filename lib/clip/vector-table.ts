/** Rows of unit vectors in one block of memory, so that 10,000 names are one pass without garbage. */
export class VectorTable {
  private readonly values: Float32Array;
  readonly rows: number;

  constructor(
    vectors: readonly Float32Array[],
    private readonly dims: number,
  ) {
    this.rows = vectors.length;
    this.values = new Float32Array(this.rows * dims);
    for (const [row, vector] of vectors.entries()) this.values.set(vector, row * dims);
  }

  /** Calls `visit` with each row and its cosine to a unit vector. */
  forEachCosine(vector: Float32Array, visit: (row: number, cosine: number) => void): void {
    const { values, dims, rows } = this;
    for (let row = 0, at = 0; row < rows; row++) {
      let dot = 0;
      for (let column = 0; column < dims; column++, at++) {
        // Both indexes stay inside by construction; `?? 0` would cost a branch a step.
        dot += (values[at] as number) * (vector[column] as number);
      }
      visit(row, dot);
    }
  }
}
