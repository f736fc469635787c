import { setImmediate as nextTurn } from "node:timers/promises";

import type { VectorTable } from "../clip/vector-table";
import { throwIfClosed } from "../errors";
import type { BackgroundTable } from "./background-table";
import type { Background } from "./testimonies";

/** After more rows other work gets its turn: 2,000 take about 1 ms. */
const ROWS_PER_TURN = 2_000;

/** A word against every name of a vocabulary. */
export interface Compared {
  /** By row of the table, −1…1. */
  readonly cosines: Float64Array;
  readonly background: Background | null;
}

export function compareWord(
  vector: Float32Array,
  table: VectorTable,
  background: BackgroundTable,
): Compared {
  const cosines = new Float64Array(table.rows);
  table.forEachDot(vector, (row, cosine) => {
    cosines[row] = cosine;
  });
  return { cosines, background: background.nearest(vector) };
}

/**
 * Between two passes over many rows; resolves to whether it gave way. Throws `CLOSED` once nobody
 * waits any more.
 */
export async function giveWay(rows: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (rows <= ROWS_PER_TURN) return false;
  await nextTurn();
  throwIfClosed(signal);
  return true;
}
