import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

import { parse } from "csv-parse";
import { parse as parseNow } from "csv-parse/sync";

import { TlacError, throwIfClosed, toError } from "../../errors";
import { decodeText } from "../../vocabulary/decode-text";
import type { LabelledPhoto, LabelledSet, LabelOptions } from "./labelled-set";
import { chooseSplit, toSplit } from "./splits";

/** One line of a list: a path, a class and the part of the data set. */
interface Entry {
  readonly path: string;
  readonly label: string;
  readonly split: string | undefined;
  /** The data set's own number of the class, where it has one. */
  readonly number: number;
}

const HEADINGS = {
  path: /^(?:file|file[ _]?name|file[ _]?path|path|image|image[ _]?path|img|photo|picture|ファイル|ファイル名|画像|写真|パス)$/i,
  label:
    /^(?:label|class|class[ _]?name|truth|category|target|expected|correct|クラス|ラベル|正解|分類|種類|品名|品種)$/i,
  split: /^(?:split|set|subset|part|partition|分割|区分)$/i,
};

/** Bytes of a list: one of ImageNet's 1.3 million pictures takes some 60 MB. */
const MOST_BYTES = 64 * 1024 ** 2;

/** Characters of a list of CoOp, which is read at once; the longest has 101,000 pictures. */
const MOST_JSON = 32 * 1024 ** 2;

const DELIMITERS = [",", ";", "\t"];

/** Rows by which the delimiter is told. */
const SAMPLE_ROWS = 100;

/** Bytes of a list that are read before others have their turn. */
const TURN_BYTES = 64 * 1024;

const READING = {
  bom: true,
  trim: true,
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_empty_values: true,
} as const;

/** Folders below a list that are tried for its pictures. */
const MOST_FOLDERS = 200;

/**
 * A CSV with the columns file, label and, where it has one, split; or the `split_zhou_….json` of
 * CoOp's data sets. Throws `BAD_CONFIG` for a file that is neither.
 */
export async function readLabelledList(file: string, options: LabelOptions): Promise<LabelledSet> {
  const text = await readText(file);
  const all = /^\s*\{/.test(text)
    ? readSplits(text, file)
    : await readTable(text, file, options.signal);
  const there = new Set(all.flatMap(({ split }) => split ?? []));
  const split = chooseSplit(there, options.split);
  const chosen = split === undefined ? all : all.filter((entry) => entry.split === split);
  const folder = await findImages(file, chosen[0]?.path ?? "", options.images);
  const labelled = chosen.filter(({ label }) => label !== "");
  return {
    photos: labelled.map(({ path: name, label }): LabelledPhoto => {
      const shown = label.replaceAll("_", " ");
      const words = [...new Set([label, shown])];
      return { file: path.resolve(folder, name), name, label: shown, words };
    }),
    classes: listClasses(all),
    unlabelled: chosen.filter(({ label }) => label === "").map(({ path: name }) => name),
    others: [],
    notes: [],
  };
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw tooLong(file, MOST_BYTES);
    return decodeText(await readFile(file));
  } catch (thrown) {
    if (thrown instanceof TlacError) throw thrown;
    const params = { file, reason: toError(thrown).message };
    throw new TlacError("BAD_CONFIG", "evaluation.unreadable", params);
  }
}

function noList(file: string): TlacError {
  return new TlacError("BAD_CONFIG", "evaluation.no-list", { file });
}

function tooLong(file: string, most: number): TlacError {
  return new TlacError("BAD_CONFIG", "evaluation.long-list", { file, megabytes: most / 2 ** 20 });
}

/** `{ train: [[path, number, name], …], val: …, test: … }`. */
function readSplits(text: string, file: string): Entry[] {
  if (text.length > MOST_JSON) throw tooLong(file, MOST_JSON);
  let parsed: Partial<Record<string, unknown>>;
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    throw noList(file);
  }
  const entries = ["train", "val", "test"].flatMap((split) => {
    const rows = Object.hasOwn(parsed, split) ? parsed[split] : [];
    if (!Array.isArray(rows)) throw noList(file);
    return rows.map((row: unknown): Entry => {
      const [name, number, label] = Array.isArray(row) ? (row as unknown[]) : [];
      if (typeof name !== "string" || typeof number !== "number" || typeof label !== "string") {
        throw noList(file);
      }
      return { path: toSlashes(name), number, label, split };
    });
  });
  if (entries.length === 0) throw noList(file);
  return entries;
}

async function readTable(
  text: string,
  file: string,
  signal: AbortSignal | undefined,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  let columns: readonly number[] | undefined;
  // Changed by `take`, which the compiler does not see.
  let isTable = false as boolean;
  const take = (cells: readonly string[]): void => {
    if (!columns) {
      const headed = findColumns(cells);
      columns = headed ?? [0, 1, 2];
      isTable = headed !== undefined;
      if (headed) return;
    }
    const [name = "", label = "", part = ""] = columns.map((column) => cells[column]);
    const split = toSplit(part) ?? (part.trim() || undefined);
    if (!name) return;
    entries.push({ path: toSlashes(name), label, split, number: NaN });
    isTable ||= label !== "";
  };
  try {
    const reader = parse({ ...READING, delimiter: findDelimiter(text) });
    await pipeline(inTurns(text, signal), reader, async (rows: AsyncIterable<string[]>) => {
      for await (const cells of rows) take(cells);
    });
  } catch (thrown) {
    throw thrown instanceof TlacError ? thrown : noList(file);
  }
  if (!isTable) throw noList(file);
  return entries;
}

/** A list may be long: while it is read, others have their turn. Throws `CLOSED`. */
async function* inTurns(text: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += TURN_BYTES) {
    await nextTurn();
    throwIfClosed(signal);
    yield bytes.subarray(at, at + TURN_BYTES);
  }
}

/** Places of path, label and split by a first row that names them; undefined: it does not. */
function findColumns(cells: readonly string[]): readonly number[] | undefined {
  const find = (heading: RegExp): number => cells.findIndex((cell) => heading.test(cell));
  const [pathAt, labelAt] = [find(HEADINGS.path), find(HEADINGS.label)];
  return pathAt >= 0 && labelAt >= 0 ? [pathAt, labelAt, find(HEADINGS.split)] : undefined;
}

/** The one by which most of the first rows have a path and a label. */
function findDelimiter(text: string): string {
  const scored = DELIMITERS.map((delimiter) => {
    const rows = readSample(text, delimiter);
    return { delimiter, full: rows.filter(([first, second]) => first && second).length };
  });
  return scored.reduce((best, one) => (one.full > best.full ? one : best)).delimiter;
}

function readSample(text: string, delimiter: string): string[][] {
  const start = text.slice(0, TURN_BYTES);
  try {
    return parseNow(start, { ...READING, delimiter, to: SAMPLE_ROWS });
  } catch {
    return [];
  }
}

/** Lists are written on Windows, too. */
function toSlashes(name: string): string {
  return name.includes("/") ? name : name.replaceAll("\\", "/");
}

/** The folder that the paths count from: the list's own, or one below it that has the first file. */
async function findImages(list: string, first: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return path.resolve(given);
  const own = path.dirname(path.resolve(list));
  const candidates = [own, ...(await listFolders(own))];
  for (const folder of candidates) {
    const stats = await stat(path.resolve(folder, first)).catch(() => null);
    if (stats?.isFile()) return folder;
  }
  return own;
}

/** Two levels, the upper one first: `images`, `caltech-101/101_ObjectCategories`. */
async function listFolders(root: string): Promise<string[]> {
  const below = async (folder: string): Promise<string[]> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const folders = entries.filter((entry) => entry.isDirectory());
    return folders.slice(0, MOST_FOLDERS).map(({ name }) => path.join(folder, name));
  };
  const upper = await below(root);
  const lower = await Promise.all(upper.slice(0, MOST_FOLDERS).map(below));
  return [...upper, ...lower.flat()].slice(0, MOST_FOLDERS);
}

/** By the data set's own numbers, else in the order of the names. */
function listClasses(entries: readonly Entry[]): LabelledSet["classes"] {
  const numbers = new Map<string, number>();
  for (const { label, number } of entries) {
    if (label && !numbers.has(label)) numbers.set(label, number);
  }
  const order = [...numbers].sort(([a, first], [b, second]) =>
    Number.isNaN(first) ? a.localeCompare(b) : first - second,
  );
  return order.map(([label]) => ({ id: label, label: label.replaceAll("_", " ") }));
}
