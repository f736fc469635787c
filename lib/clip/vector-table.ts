import { createDotKernel } from "./dot-kernel";
import { forEachDot } from "./vector";

/** Numbers from which on a memory for the kernel pays: as many fill its smallest. */
const MANY = 16_384;

/** A kernel reads so many numbers at once, of so many rows. */
const LANES = 4;

/** Rows of unit vectors in one block of memory, so that 10,000 names are one pass without garbage. */
export class VectorTable {
  /** Numbers from one row to the next: those beyond `dims` are 0. */
  private readonly stride: number;
  private readonly values: Float32Array;
  private readonly dots: Dots | null;

  /** A table of zeros, to be filled by `set`. */
  constructor(
    readonly rows: number,
    private readonly dims: number,
  ) {
    const stride = roundUp(dims);
    this.dots = rows * dims < MANY ? null : createDots(roundUp(rows), stride);
    this.stride = this.dots ? stride : dims;
    this.values = this.dots?.values ?? new Float32Array(rows * dims);
  }

  static of(vectors: readonly Float32Array[], dims: number): VectorTable {
    const table = new VectorTable(vectors.length, dims);
    for (const [row, vector] of vectors.entries()) table.set(row, vector);
    return table;
  }

  set(row: number, vector: Float32Array): void {
    this.values.set(vector, row * this.stride);
  }

  /** A row as it stands in the table: to be read only. */
  at(row: number): Float32Array {
    return this.values.subarray(row * this.stride, row * this.stride + this.dims);
  }

  /**
   * Calls `visit` with each row, in their order, and its dot product with a vector: of unit vectors
   * their cosine, which rounding changes by 1e-7 at most.
   */
  forEachDot(vector: Float32Array, visit: (row: number, dot: number) => void): void {
    if (!this.dots) {
      forEachDot(this.values, vector, visit);
      return;
    }
    const products = this.dots.of(vector);
    for (let row = 0; row < this.rows; row++) visit(row, products[row] as number);
  }
}

interface Dots {
  readonly values: Float32Array;
  /** By row; to be read before the next. */
  of(vector: Float32Array): Float32Array;
}

/** The table first, then the vector, then what comes out. */
function createDots(rows: number, stride: number): Dots | null {
  const bytes = Float32Array.BYTES_PER_ELEMENT;
  const end = rows * stride * bytes;
  const rowBytes = stride * bytes;
  const out = end + rowBytes;
  const size = out + rows * bytes;
  const kernel = createDotKernel(size);
  if (!kernel) return null;
  const memory = kernel.reserve(size);
  const query = new Float32Array(memory, end, stride);
  const products = new Float32Array(memory, out, rows);
  return {
    values: new Float32Array(memory, 0, rows * stride),
    of(vector) {
      query.set(vector);
      kernel.functions.dots(0, end, rowBytes, end, out);
      return products;
    },
  };
}

function roundUp(count: number): number {
  return Math.ceil(count / LANES) * LANES;
}
