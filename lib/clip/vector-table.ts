import { createKernelMemory } from "./dot-kernel";
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
  private readonly kernel: Kernel | null;

  /** A table of zeros, to be filled by `set`. */
  constructor(
    readonly rows: number,
    private readonly dims: number,
  ) {
    const stride = roundUp(dims);
    this.kernel = rows * dims < MANY ? null : createKernel(roundUp(rows), stride);
    this.stride = this.kernel ? stride : dims;
    this.values = this.kernel?.values ?? new Float32Array(rows * dims);
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
    const { kernel, rows } = this;
    if (!kernel) {
      forEachDot(this.values, vector, visit);
      return;
    }
    const dots = kernel.run(vector);
    for (let row = 0; row < rows; row++) visit(row, dots[row] as number);
  }
}

interface Kernel {
  readonly values: Float32Array;
  /** Valid until the next run. */
  run(vector: Float32Array): Float32Array;
}

/** The table first, then the vector, then what comes out. */
function createKernel(rows: number, stride: number): Kernel | null {
  const bytes = Float32Array.BYTES_PER_ELEMENT;
  const end = rows * stride * bytes;
  const rowBytes = stride * bytes;
  const out = end + rowBytes;
  const memory = createKernelMemory(out + rows * bytes);
  if (!memory) return null;
  const { buffer } = memory;
  const query = new Float32Array(buffer, end, stride);
  const dots = new Float32Array(buffer, out, rows);
  return {
    values: new Float32Array(buffer, 0, rows * stride),
    run(vector) {
      query.set(vector);
      memory.dots(0, end, rowBytes, end, out);
      return dots;
    },
  };
}

function roundUp(count: number): number {
  return Math.ceil(count / LANES) * LANES;
}
