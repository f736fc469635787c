import { createHash } from "node:crypto";

import { freezeDeep } from "../basics/freeze-deep";
import { TlacError } from "../errors";
import type { Knob } from "../confidence/knob";
import { foldName } from "./fold-name";
import type { GlossaryNames } from "./glossary/glossary";

/** How loud a class is; what that means is the flow's to decide. */
export const ALERT_LEVELS = ["none", "info", "warning", "critical"] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** One class of a plant. */
export interface VocabularyClass {
  /** Stable: what flows and records refer to. */
  readonly id: string;
  /** What people read. */
  readonly label: string;
  /** Other names of it, in any language; they count like the label. */
  readonly aliases: readonly string[];
  /** Those of the aliases that people's answers taught, and how far each is trusted, 0…1. */
  readonly learned?: readonly { readonly name: string; readonly trust: number }[];
  /** Names of other things that are easily taken for it. */
  readonly not: readonly string[];
  /** Smallest cosine of this class, −1…1, which flows of version 0.1 may have set. */
  readonly threshold?: number;
  /** The knob of this class: at most 1 wrong in so many; absent: the common one. */
  readonly accept?: Knob;
  readonly alert?: AlertLevel;
  /** The sentence around this class's names, with `{name}`, in place of the common one. */
  readonly template?: string;
  /** Names that the glossary adds for a model that cannot read the class's own; never an input. */
  readonly glossary?: GlossaryNames;
}

/** A plant's classes; made by `createVocabulary` only. */
export interface Vocabulary {
  readonly classes: readonly VocabularyClass[];
  /** Changes with anything that changes a decision. */
  readonly digest: string;
}

/** A class as it comes in: only the label is needed. */
export type ClassInput = Partial<Omit<VocabularyClass, "glossary">> & {
  readonly label: string;
  /** Where it stands in its source, from 1, for errors; absent: its place in the list. */
  readonly line?: number;
};

/** Bounds against a file that was taken for a vocabulary by mistake. */
export const MAX_CLASSES = 10_000;
export const MAX_NAMES = 100;
const MAX_TEXT = 200;
export const MAX_ALL_NAMES = 50_000;
/** A text with so much white space in it is no name either. */
const MAX_RAW_TEXT = 10_000;

/** Flows count by id in plain objects; these names are already taken in every one of them. */
const RESERVED_IDS = Object.getOwnPropertyNames(Object.prototype);

/**
 * Checks the classes and completes them: an id from the label where there is none, names trimmed
 * and freed of doubles. Throws `BAD_CONFIG` with the class that is wrong.
 */
export function createVocabulary(inputs: readonly ClassInput[]): Vocabulary {
  checkSize(inputs);
  // Given ids come first, so that no derived one takes theirs away.
  const taken = new Set(RESERVED_IDS);
  const ids = inputs.map(({ id = "", label, line }, position) => {
    const given = checkText(id, line ?? position + 1);
    if (given && taken.has(given)) {
      throw new TlacError("BAD_CONFIG", "vocabulary.same-id", { id: given, label });
    }
    if (given) taken.add(given);
    return given;
  });
  const createId = idMaker(taken);
  const classes = inputs.map((input, position) =>
    createClass(input, ids[position] ?? "", input.line ?? position + 1, createId),
  );
  checkNames(classes);
  const digest = createHash("sha256").update(JSON.stringify(classes)).digest("hex").slice(0, 16);
  return freezeDeep({ classes, digest });
}

function createClass(
  input: ClassInput,
  id: string,
  line: number,
  createId: (label: string) => string,
): VocabularyClass {
  const label = checkText(input.label, line);
  if (!label) throw new TlacError("BAD_CONFIG", "vocabulary.no-label", { line });
  const own = foldName(label);
  const { threshold, accept, alert, learned } = input;
  const template = input.template === undefined ? undefined : checkText(input.template, line);
  if (threshold !== undefined && !(threshold >= -1 && threshold <= 1)) {
    throw new TlacError("BAD_CONFIG", "vocabulary.bad-threshold", { label, value: threshold });
  }
  if (template !== undefined && !template.includes("{name}")) {
    throw new TlacError("BAD_CONFIG", "vocabulary.bad-template", { label, template });
  }
  return {
    id: id || createId(label),
    label,
    aliases: listNames(input.aliases ?? [], line).filter((alias) => foldName(alias) !== own),
    not: listNames(input.not ?? [], line),
    ...(learned === undefined ? {} : { learned }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(accept === undefined ? {} : { accept }),
    ...(alert === undefined ? {} : { alert }),
    ...(template === undefined ? {} : { template }),
  };
}

function listNames(names: readonly string[], line: number): string[] {
  if (names.length > MAX_NAMES) {
    const params = { line, names: names.length, most: MAX_NAMES };
    throw new TlacError("BAD_CONFIG", "vocabulary.too-many-names", params);
  }
  const byFold = new Map<string, string>();
  for (const name of names.map((text) => checkText(text, line))) {
    const fold = foldName(name);
    if (fold && !byFold.has(fold)) byFold.set(fold, name);
  }
  return [...byFold.values()];
}

function checkText(text: string, line: number): string {
  // Before anything looks at each letter: a message may bring a book.
  const isShort = text.length <= MAX_RAW_TEXT;
  const trimmed = (isShort ? text : text.slice(0, 100)).replace(/[\p{Cc}\s]+/gu, " ").trim();
  if (isShort && trimmed.length <= MAX_TEXT) return trimmed;
  const length = isShort ? trimmed.length : text.length;
  const params = { line, length, most: MAX_TEXT, start: trimmed.slice(0, 30) };
  throw new TlacError("BAD_CONFIG", "vocabulary.long-text", params);
}

/** Throws `BAD_CONFIG` for a list without classes, or with more than a vocabulary holds. */
export function checkSize({ length }: readonly unknown[]): void {
  if (length === 0) throw new TlacError("BAD_CONFIG", "vocabulary.empty");
  if (length <= MAX_CLASSES) return;
  const params = { classes: length, most: MAX_CLASSES };
  throw new TlacError("BAD_CONFIG", "vocabulary.too-many-classes", params);
}

/** Each name costs a vector; all of them together are bounded, too. */
function checkNames(classes: readonly VocabularyClass[]): void {
  const names = classes.reduce((sum, { aliases, not }) => sum + 1 + aliases.length + not.length, 0);
  if (names <= MAX_ALL_NAMES) return;
  const params = { names, most: MAX_ALL_NAMES };
  throw new TlacError("BAD_CONFIG", "vocabulary.too-many-names-in-all", params);
}

/** The label in lower case with dashes; a number behind it where that is taken. */
function idMaker(taken: Set<string>): (label: string) => string {
  /** The last number behind each, so that ten thousand equal labels need no search. */
  const numbers = new Map<string, number>();
  return (label) => {
    const slug =
      label
        .normalize("NFKC")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}ー]+/gu, "-")
        .replace(/^-+|-+$/g, "") || "class";
    let id = slug;
    let number = numbers.get(slug) ?? 1;
    while (taken.has(id)) id = `${slug}-${String(++number)}`;
    numbers.set(slug, number);
    taken.add(id);
    return id;
  };
}
