import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";

import type { BrokenExample } from "./scan-folder";

export type { BrokenExample } from "./scan-folder";

/** A folder that is for no class of the vocabulary: left alone, and named. */
export interface UnmatchedFolder {
  readonly folder: string;
  /** Files in it. */
  readonly pictures: number;
}

/**
 * The confirmed pictures of a vocabulary as one model sees them: a snapshot that nobody changes,
 * row by row in the order of folders and names.
 */
export interface ExampleSet {
  readonly rows: number;
  /** Length of a row's vector; 0 where there is no row. */
  readonly dims: number;
  /** [rows] id of each row's class, as the vocabulary has it. */
  readonly classIds: readonly string[];
  /** [rows] `<folder>/<name>` of each picture below the root. */
  readonly files: readonly string[];
  /** [rows × dims] unit vectors one after another. Read only. */
  readonly vectors: Float32Array;
  /** Files and folders that could not be used, and why. */
  readonly broken: readonly BrokenExample[];
  readonly unmatched: readonly UnmatchedFolder[];
  /** 16 hex digits that change with the model, with any picture and with its class. */
  readonly digest: string;
}

/** A picture on its way into a set. */
export interface ExampleRow {
  readonly classId: string;
  readonly file: string;
  /** SHA-256 (hex) of the file. */
  readonly hash: string;
  /** Unit vector [dims]. */
  readonly vector: Float32Array;
}

/** Rows that are copied in one turn: some 3 ms. */
const ROWS_PER_TURN = 256;

/** @param model digest of the model whose vectors these are */
export async function createExampleSet(
  model: string,
  rows: readonly ExampleRow[],
  broken: readonly BrokenExample[] = [],
  unmatched: readonly UnmatchedFolder[] = [],
): Promise<ExampleSet> {
  const dims = rows[0]?.vector.length ?? 0;
  const vectors = new Float32Array(rows.length * dims);
  const hash = createHash("sha256").update(model);
  for (const [row, { vector, classId, hash: content }] of rows.entries()) {
    if (row > 0 && row % ROWS_PER_TURN === 0) await nextTurn();
    vectors.set(vector, row * dims);
    hash.update(`\n${content} ${JSON.stringify(classId)}`);
  }
  return Object.freeze({
    rows: rows.length,
    dims,
    classIds: Object.freeze(rows.map(({ classId }) => classId)),
    files: Object.freeze(rows.map(({ file }) => file)),
    vectors,
    broken: Object.freeze([...broken]),
    unmatched: Object.freeze([...unmatched]),
    digest: hash.digest("hex").slice(0, 16),
  });
}
