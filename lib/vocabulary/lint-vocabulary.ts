import { setImmediate as nextTurn } from "node:timers/promises";

import type { Embedder, EmbedderInfo, EmbedOptions } from "../clip/embedder";
import { VectorTable } from "../clip/vector-table";
import { throwIfClosed } from "../errors";
import type { MessageKey, MessageParams } from "../i18n/catalogue";
import {
  comparedNamesOf,
  DEFAULT_TEMPLATE,
  foldNames,
  namesOf,
  renderTemplate,
} from "./class-names";
import { findOpposites } from "./find-opposites";
import { foldName } from "./fold-name";
import { addGlossaryNames } from "./glossary/add-glossary-names";
import type { Vocabulary, VocabularyClass } from "./vocabulary";

/** One thing that will go wrong with a vocabulary; `key` and `params` make the sentence. */
export interface LintFinding {
  readonly kind:
    | "duplicate-alias"
    | "contradiction"
    | "opposites"
    | "no-readable-name"
    | "cut-text"
    | "near-classes"
    | "not-compared";
  /** Ids of the classes it is about; empty where it is about the whole vocabulary. */
  readonly classes: readonly string[];
  /** The name it is about; empty where it is about none. */
  readonly text: string;
  /** Cosine of two classes that nearly coincide. */
  readonly similarity?: number;
  readonly key: MessageKey;
  readonly params: MessageParams;
}

export interface LintOptions extends EmbedOptions {
  /** The sentence around every name, as the index will use it. */
  readonly template?: string;
}

/**
 * How far from the same name's cosine to 1 two names may come: nearer, they are told apart by chance, and
 * the order of an LMM's words moves them more. Relative, because each model has a scale of its
 * own; 0.95 with the starter model.
 */
const NEARLY_THE_SAME = 0.69;

/** Comparing all pairs grows with the square: about 10 s of one core at this many names. */
const MAX_COMPARED = 5_000;

/** Passes over the table after which other work has its turn. */
const PASSES_PER_TURN = 4;

/**
 * What a person should know before the first image. Without an embedder only the names are
 * compared; with one also their vectors and lengths. Throws `EMBEDDER_UNAVAILABLE`, `CLOSED`.
 */
export async function lintVocabulary(
  vocabulary: Vocabulary,
  embedder?: Embedder,
  options: LintOptions = {},
): Promise<LintFinding[]> {
  const opposites = await findOpposites(vocabulary, options.signal);
  const opposed = opposites.map(({ first, second, text }) =>
    finding("opposites", [first, second], text, {}),
  );
  if (!embedder) {
    return [...findDuplicates(vocabulary), ...findContradictions(vocabulary), ...opposed];
  }
  const { info } = embedder;
  const named = addGlossaryNames(vocabulary, info);
  const findings = [...findDuplicates(named), ...findContradictions(vocabulary), ...opposed];
  const template = options.template ?? DEFAULT_TEMPLATE;
  const names = named.classes.flatMap((entry) =>
    comparedNamesOf(entry, info).map((name) => ({
      entry,
      name,
      text: renderTemplate(entry.template ?? template, name),
    })),
  );
  for (const entry of findUnreadable(vocabulary, info)) {
    findings.push(finding("no-readable-name", [entry], entry.label, { model: info.name }));
  }
  const texts = names.map(({ text }) => text);
  const tokens = await embedder.countTokens(texts);
  for (const [position, { entry, name }] of names.entries()) {
    const count = tokens[position] ?? 0;
    if (count <= info.maxTokens) continue;
    findings.push(finding("cut-text", [entry], name, { tokens: count, most: info.maxTokens }));
  }
  if (names.length > MAX_COMPARED) {
    const params = { names: names.length, most: MAX_COMPARED };
    return [...findings, finding("not-compared", [], "", params)];
  }
  const vectors = await embedder.embedTexts(texts, options);
  return [...findings, ...(await findNearClasses(names, vectors, info, options))];
}

/** Classes without a name that the model can read, the glossary's names included. */
export function findUnreadable(
  vocabulary: Vocabulary,
  info: Pick<EmbedderInfo, "languages">,
): VocabularyClass[] {
  const { classes } = addGlossaryNames(vocabulary, info);
  return classes.filter((entry) => comparedNamesOf(entry, info).length === 0);
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

/** Names that a class has and rules out at once. */
function findContradictions({ classes }: Vocabulary): LintFinding[] {
  return classes.flatMap((entry) => {
    const not = new Set(entry.not.map(foldName));
    return namesOf(entry)
      .filter((name) => not.has(foldName(name)))
      .map((name) => finding("contradiction", [entry], name, {}));
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
  { dims, sameName }: EmbedderInfo,
  { signal }: EmbedOptions,
): Promise<LintFinding[]> {
  const nearlyTheSame = sameName + (1 - sameName) * NEARLY_THE_SAME;
  const table = VectorTable.of(vectors, dims);
  const nearest = new Map<string, { a: NamedText; b: NamedText; similarity: number }>();
  for (const [position, a] of names.entries()) {
    const vector = vectors[position];
    if (!vector) continue;
    table.forEachDot(vector, (row, similarity) => {
      const b = names[row];
      if (row <= position || similarity < nearlyTheSame || !b || a.entry.id === b.entry.id) return;
      const pair = JSON.stringify([a.entry.id, b.entry.id].sort());
      if (similarity > (nearest.get(pair)?.similarity ?? 0))
        nearest.set(pair, { a, b, similarity });
    });
    if (position % PASSES_PER_TURN > 0) continue;
    await nextTurn();
    throwIfClosed(signal);
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
