import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

import { parse } from "csv-parse/sync";

import { TlacError, toError } from "../../errors";
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

/** Bytes of a list: ImageNet's has 1.3 million lines. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Folders below a list that are tried for its pictures. */
const MOST_FOLDERS = 200;

/**
 * A CSV with the columns file, label and, where it has one, split; or the `split_zhou_….json` of
 * CoOp's data sets. Throws `BAD_CONFIG` for a file that is neither.
 */
export async function readLabelledList(file: string, options: LabelOptions): Promise<LabelledSet> {
  const text = await readText(file);
  const all = /^\s*\{/.test(text) ? readSplits(text, file) : readTable(text, file);
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
    if (size > MOST_BYTES) {
      const params = { file, megabytes: MOST_BYTES / 2 ** 20 };
      throw new TlacError("BAD_CONFIG", "evaluation.long-list", params);
    }
    return decodeText(await readFile(file));
  } catch (thrown) {
    if (thrown instanceof TlacError) throw thrown;
    const params = { file, reason: toError(thrown).message };
    throw new TlacError("BAD_CONFIG", "evaluation.unreadable", params);
  }
}

/** `{ train: [[path, number, name], …], val: …, test: … }`. */
function readSplits(text: string, file: string): Entry[] {
  const noList = (): TlacError => new TlacError("BAD_CONFIG", "evaluation.no-list", { file });
  let parsed: Partial<Record<string, unknown>>;
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    throw noList();
  }
  const entries = ["train", "val", "test"].flatMap((split) => {
    const rows = Object.hasOwn(parsed, split) ? parsed[split] : [];
    if (!Array.isArray(rows)) throw noList();
    return rows.map((row: unknown): Entry => {
      const [name, number, label] = Array.isArray(row) ? (row as unknown[]) : [];
      if (typeof name !== "string" || typeof number !== "number" || typeof label !== "string") {
        throw noList();
      }
      return { path: toSlashes(name), number, label, split };
    });
  });
  if (entries.length === 0) throw noList();
  return entries;
}

function readTable(text: string, file: string): Entry[] {
  const rows = [",", ";", "\t"]
    .map((delimiter) => readRows(text, delimiter))
    .sort((a, b) => countFull(b) - countFull(a))[0];
  const [first] = rows ?? [];
  if (!rows || !first || countFull(rows) === 0) {
    throw new TlacError("BAD_CONFIG", "evaluation.no-list", { file });
  }
  const find = (heading: RegExp): number => first.findIndex((cell) => heading.test(cell));
  const [pathAt, labelAt] = [find(HEADINGS.path), find(HEADINGS.label)];
  const headed = pathAt >= 0 && labelAt >= 0;
  const columns = headed ? [pathAt, labelAt, find(HEADINGS.split)] : [0, 1, 2];
  return (headed ? rows.slice(1) : rows).flatMap((cells): Entry[] => {
    const [name = "", label = "", part = ""] = columns.map((column) => cells[column]);
    const split = toSplit(part) ?? (part.trim() || undefined);
    return name ? [{ path: toSlashes(name), label, split, number: NaN }] : [];
  });
}

function readRows(text: string, delimiter: string): string[][] {
  try {
    return parse(text, {
      delimiter,
      bom: true,
      trim: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    });
  } catch {
    return [];
  }
}

function countFull(rows: readonly (readonly string[])[]): number {
  return rows.filter(([first, second]) => first && second).length;
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
