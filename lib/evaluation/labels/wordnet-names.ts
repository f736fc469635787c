import { readFile, stat } from "node:fs/promises";
import path from "node:path";

import { isRecord } from "../../basics/is-record";
import { TlacError, toError } from "../../errors";
import { decodeText } from "../../vocabulary/decode-text";

/** Names of WordNet ids, in the file's order, the best known first. */
export type WordnetNames = ReadonlyMap<string, readonly string[]>;

/** A noun's synset as ImageNet names its folders. */
const WORDNET_ID = /^n\d{8}$/;

/** What the files are called that data sets bring along. */
const FILES = [
  "classnames.txt",
  "LOC_synset_mapping.txt",
  "imagenet_class_index.json",
  "map_clsloc.txt",
  "words.txt",
  "synset_words.txt",
];

/** `images/val` of CoOp's ImageNet and `ILSVRC/Data/CLS-LOC/val` of Kaggle's lie that deep. */
const MOST_PARENTS = 4;

export function isWordnetId(text: string): boolean {
  return WORDNET_ID.test(text);
}

/** The names beside the pictures or above them; null where there are none. */
export async function findWordnetNames(folder: string): Promise<WordnetNames | null> {
  let place = path.resolve(folder);
  for (let step = 0; step <= MOST_PARENTS; step++) {
    for (const name of FILES) {
      const file = path.join(place, name);
      const stats = await stat(file).catch(() => null);
      const names = stats?.isFile() ? await readWordnetNames(file).catch(() => null) : null;
      if (names) return names;
    }
    place = path.dirname(place);
  }
  return null;
}

/**
 * Reads "n01440764 tench", "n01440764 tench, Tinca tinca", the same with a tab, with a number
 * between ("n02119789 1 kit_fox"), and `{"0": ["n01440764", "tench"]}`. Throws `BAD_CONFIG`.
 */
export async function readWordnetNames(file: string): Promise<WordnetNames> {
  const bytes = await readFile(file).catch((thrown: unknown) => {
    const params = { file, reason: toError(thrown).message };
    throw new TlacError("BAD_CONFIG", "evaluation.unreadable", params);
  });
  const text = decodeText(bytes);
  const pairs = text.trimStart().startsWith("{") ? readJson(text) : readLines(text);
  if (pairs.length === 0) throw new TlacError("BAD_CONFIG", "evaluation.no-names", { file });
  return new Map(pairs);
}

type Pair = readonly [id: string, names: readonly string[]];

function readLines(text: string): Pair[] {
  const rows = text.split(/\r?\n/).flatMap((line) => {
    const [, id, rest = ""] = /^\s*(n\d{8})[\s,:]+(.+)$/.exec(line) ?? [];
    return id ? [{ id, rest }] : [];
  });
  const numbered = rows.length > 0 && rows.every(({ rest }) => /^\d+\s+\S/.test(rest));
  return rows.map(({ id, rest }) => {
    return [id, splitNames(numbered ? rest.replace(/^\d+\s+/, "") : rest)];
  });
}

function readJson(text: string): Pair[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isRecord(parsed)) return [];
  return Object.values(parsed).flatMap((entry): Pair[] => {
    if (!Array.isArray(entry)) return [];
    const [id, ...names] = entry.filter((part): part is string => typeof part === "string");
    return id && isWordnetId(id) ? [[id, names.flatMap(splitNames)]] : [];
  });
}

function splitNames(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.replaceAll("_", " ").trim())
    .filter(Boolean);
}
