import { setImmediate as nextTurn } from "node:timers/promises";

import type { Embedder } from "../clip/embedder";
import type { MessageKey, MessageParams } from "../i18n/catalogue";
import { DEFAULT_TEMPLATE, foldNames, isReadable, namesOf, renderTemplate } from "./class-names";
import { VectorTable } from "../clip/vector-table";
import { foldName } from "./fold-name";
import type { Vocabulary, VocabularyClass } from "./vocabulary";

/** One thing that will go wrong with a vocabulary; `key` and `params` make the sentence. */
export interface LintFinding {
  readonly kind: "duplicate-alias" | "near-classes" | "cut-text" | "no-readable-name";
  /** Ids of the classes it is about. */
  readonly classes: readonly string[];
  /** The name it is about. */
  readonly text: string;
  /** Cosine of two classes that nearly coincide. */
  readonly similarity?: number;
  readonly key: MessageKey;
  readonly params: MessageParams;
}

/** Names this near are told apart by chance: the order of an LMM's words moves them more. */
const NEARLY_THE_SAME = 0.95;

/** Comparing all pairs grows with the square; beyond this many names it is left out. */
const MAX_COMPARED = 3_000;

/**
 * What a person should know before the first image. Without an embedder only the names are
 * compared; with one also their vectors and lengths.
 */
export async function lintVocabulary(
  vocabulary: Vocabulary,
  embedder?: Embedder,
): Promise<LintFinding[]> {
  const findings = findDuplicates(vocabulary);
  if (!embedder) return findings;
  const { info } = embedder;
  const names = vocabulary.classes.flatMap((entry) =>
    namesOf(entry)
      .filter((name) => isReadable(name, info))
      .map((name) => ({
        entry,
        name,
        text: renderTemplate(entry.template ?? DEFAULT_TEMPLATE, name),
      })),
  );
  const readable = new Set(names.map(({ entry }) => entry.id));
  for (const entry of vocabulary.classes.filter(({ id }) => !readable.has(id))) {
    findings.push(finding("no-readable-name", [entry], entry.label, { model: info.name }));
  }
  const texts = names.map(({ text }) => text);
  const tokens = await embedder.countTokens(texts);
  for (const [position, { entry, name }] of names.entries()) {
    const count = tokens[position] ?? 0;
    if (count <= info.maxTokens) continue;
    findings.push(finding("cut-text", [entry], name, { tokens: count, most: info.maxTokens }));
  }
  if (names.length > MAX_COMPARED) return findings;
  const vectors = await embedder.embedTexts(texts);
  return [...findings, ...(await findNearClasses(names, vectors, info.dims))];
}

function findDuplicates(vocabulary: Vocabulary): LintFinding[] {
  return [...foldNames(vocabulary, "names")].flatMap(([fold, owners]) => {
    const classes = owners.flatMap((position) => vocabulary.classes[position] ?? []);
    const [first] = classes;
    if (!first || classes.length < 2) return [];
    const text = namesOf(first).find((name) => foldName(name) === fold) ?? fold;
    return [finding("duplicate-alias", classes, text, {})];
  });
}

interface NamedText {
  readonly entry: VocabularyClass;
  readonly name: string;
}

/** The nearest pair of names of every two classes that nearly coincide. */
async function findNearClasses(
  names: readonly NamedText[],
  vectors: readonly Float32Array[],
  dims: number,
): Promise<LintFinding[]> {
  const table = new VectorTable(vectors, dims);
  const nearest = new Map<string, { a: NamedText; b: NamedText; similarity: number }>();
  for (const [position, a] of names.entries()) {
    const vector = vectors[position];
    if (!vector) continue;
    table.forEachCosine(vector, (row, similarity) => {
      const b = names[row];
      if (row <= position || similarity < NEARLY_THE_SAME || !b || a.entry.id === b.entry.id)
        return;
      const pair = JSON.stringify([a.entry.id, b.entry.id].sort());
      if (similarity > (nearest.get(pair)?.similarity ?? 0))
        nearest.set(pair, { a, b, similarity });
    });
    if (position % 100 === 99) await nextTurn();
  }
  return [...nearest.values()].map(({ a, b, similarity }) => ({
    ...finding("near-classes", [a.entry, b.entry], `${a.name} / ${b.name}`, {
      similarity: similarity.toFixed(2),
    }),
    similarity,
  }));
}

function finding(
  kind: LintFinding["kind"],
  classes: readonly VocabularyClass[],
  text: string,
  params: MessageParams,
): LintFinding {
  const [first, second] = classes.map(({ label }) => label);
  return {
    kind,
    classes: classes.map(({ id }) => id),
    text,
    key: `vocabulary.lint-${kind}`,
    params: { ...params, text, first: first ?? "", second: second ?? "" },
  };
}
