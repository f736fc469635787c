import { forEachDot } from "./vector";

/** Rows of unit vectors in one block of memory, so that 10,000 names are one pass without garbage. */
export class VectorTable {
  private readonly values: Float32Array;
  readonly rows: number;

  constructor(vectors: readonly Float32Array[], dims: number) {
    this.rows = vectors.length;
    this.values = new Float32Array(this.rows * dims);
    for (const [row, vector] of vectors.entries()) this.values.set(vector, row * dims);
  }

  /** Calls `visit` with each row and its cosine to a unit vector. */
  forEachCosine(vector: Float32Array, visit: (row: number, cosine: number) => void): void {
    forEachDot(this.values, vector, visit);
  }
}
