import { createDotKernel, LANES } from "./dot-kernel";
import { forEachDot } from "./vector";

/** Numbers from which on a memory for the kernel pays: as many fill its smallest. */
const MANY = 16_384;

/** Rows of vectors in one block of memory, so that 10,000 names are one pass without garbage. */
export class VectorTable {
  private readonly table: Table;

  /** A table of zeros, to be filled by `set`. */
  constructor(
    readonly rows: number,
    dims: number,
  ) {
    this.table =
      (rows * dims < MANY ? null : createKernelTable(rows, dims)) ?? createPlainTable(rows, dims);
  }

  static of(vectors: readonly Float32Array[], dims: number): VectorTable {
    const table = new VectorTable(vectors.length, dims);
    for (const [row, vector] of vectors.entries()) table.set(row, vector);
    return table;
  }

  set(row: number, vector: Float32Array): void {
    this.table.set(row, vector);
  }

  /** A copy of a row. */
  at(row: number): Float32Array {
    return this.table.at(row);
  }

  /**
   * Calls `visit` with each row, in their order, and its dot product with a vector: of unit vectors
   * their cosine, which rounding changes by 1e-7 at most.
   */
  forEachDot(vector: Float32Array, visit: (row: number, dot: number) => void): void {
    this.table.forEachDot(vector, visit);
  }
}

type Table = Pick<VectorTable, "set" | "at" | "forEachDot">;

function createPlainTable(rows: number, dims: number): Table {
  const values = new Float32Array(rows * dims);
  return {
    set(row, vector) {
      values.set(vector, row * dims);
    },
    at: (row) => values.slice(row * dims, (row + 1) * dims),
    forEachDot(vector, visit) {
      forEachDot(values, vector, visit);
    },
  };
}

/** For the vector instructions of the processor; null where it has none. */
function createKernelTable(rows: number, dims: number): Table | null {
  const stride = roundUp(dims);
  const bytes = Float32Array.BYTES_PER_ELEMENT;
  // The table first, then the vector, then what comes out.
  const end = roundUp(rows) * stride * bytes;
  const vectorEnd = end + stride * bytes;
  const size = vectorEnd + roundUp(rows) * bytes;
  const kernel = createDotKernel(size);
  if (!kernel) return null;
  const memory = kernel.reserve(size);
  if (!memory) return null;
  const values = new Float32Array(memory, 0, roundUp(rows) * stride);
  const query = new Float32Array(memory, end, stride);
  const products = new Float32Array(memory, vectorEnd, rows);
  const forEachPlace = (row: number, visit: (place: number, column: number) => void): void => {
    let place = (row - (row % LANES)) * stride + (row % LANES) * LANES;
    for (let column = 0; column < dims; column++) {
      visit(place, column);
      // Behind four numbers of a row those of the three others follow.
      place += column % LANES === LANES - 1 ? LANES * LANES - LANES + 1 : 1;
    }
  };
  return {
    set(row, vector) {
      forEachPlace(row, (place, column) => {
        values[place] = vector[column] as number;
      });
    },
    at(row) {
      const vector = new Float32Array(dims);
      forEachPlace(row, (place, column) => {
        vector[column] = values[place] as number;
      });
      return vector;
    },
    forEachDot(vector, visit) {
      query.set(vector);
      kernel.functions.dots(0, end, end, vectorEnd, vectorEnd);
      for (let row = 0; row < rows; row++) visit(row, products[row] as number);
    },
  };
}

function roundUp(count: number): number {
  return Math.ceil(count / LANES) * LANES;
}
