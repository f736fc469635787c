import { createContext, Script } from "node:vm";

import { escapePattern } from "../basics/escape-pattern";
import { TlacError, toError } from "../errors";
import type { Phrase } from "../i18n/catalogue";
import type { Candidate } from "./lmm";

/** What a rule looks for: a regular expression, or words that stand alone in any case. */
export type FilterTest =
  { readonly pattern: string; readonly flags?: string } | { readonly words: readonly string[] };

/** `drop`: the name is not a candidate; `replace`: only the match changes; `unknown`: no class. */
export type FilterRule = FilterTest &
  (
    | { readonly action: "drop" | "unknown" }
    | { readonly action: "replace"; readonly replacement: string }
  );

/** The part of a proposal that is matched. */
export interface FilteredWords {
  readonly candidates: readonly Candidate[];
  readonly description: string;
  /** A rule says that this is none of the classes, whatever the match would find. */
  readonly forcedUnknown: boolean;
}

export type AnswerFilter = (words: {
  readonly candidates: readonly Candidate[];
  readonly description: string;
}) => FilteredWords;

const MAX_RULES = 100;
const MAX_PATTERN_LENGTH = 300;
const MAX_TEXT_LENGTH = 1_000;
/** Milliseconds for one pattern on one text; a healthy one needs microseconds. */
const MAX_PATTERN_MS = 250;

/**
 * Checks the rules once and returns the filter. They run in their order, each on what the one
 * before has left. Throws `BAD_CONFIG` for a rule that cannot work; the filter throws it for a
 * pattern that takes too long on an answer.
 */
export function compileAnswerFilter(rules: readonly FilterRule[]): AnswerFilter {
  if (rules.length > MAX_RULES) {
    throw badRule(MAX_RULES + 1, { key: "lmm.reason-too-many-rules", params: { most: MAX_RULES } });
  }
  const compiled = rules.map((rule, index) => compileRule(rule, index + 1));
  return ({ candidates, description }) => {
    let words: FilteredWords = { candidates, description, forcedUnknown: false };
    for (const apply of compiled) words = apply(words);
    return words;
  };
}

type Apply = (words: FilteredWords) => FilteredWords;

function compileRule(rule: FilterRule, position: number): Apply {
  const { source, flags } = toPattern(rule, position);
  const replacement = rule.action === "replace" ? rule.replacement : "";
  const run = (text: string): string | null =>
    replaceWithin(text.slice(0, MAX_TEXT_LENGTH), source, flags, replacement, position);
  const matches = (text: string): boolean => run(text) !== null;

  switch (rule.action) {
    case "unknown":
      return (words) => (allTexts(words).some(matches) ? { ...words, forcedUnknown: true } : words);
    case "drop":
      return (words) => ({
        ...words,
        candidates: words.candidates
          .filter(({ name }) => !matches(name))
          .map((candidate) => ({
            ...candidate,
            synonyms: candidate.synonyms.filter((synonym) => !matches(synonym)),
          })),
        description: matches(words.description) ? "" : words.description,
      });
    case "replace": {
      const change = (text: string): string => (run(text) ?? text).replace(/\s+/g, " ").trim();
      return (words) => ({
        ...words,
        candidates: words.candidates
          .map((candidate) => ({
            ...candidate,
            name: change(candidate.name),
            synonyms: candidate.synonyms.map(change).filter((synonym) => synonym !== ""),
          }))
          .filter(({ name }) => name !== ""),
        description: change(words.description),
      });
    }
    default:
      throw badRule(position, { key: "lmm.reason-action" });
  }
}

function allTexts({ candidates, description }: FilteredWords): string[] {
  return [...candidates.flatMap(({ name, synonyms }) => [name, ...synonyms]), description];
}

function toPattern(rule: FilterRule, position: number): { source: string; flags: string } {
  if ("words" in rule) {
    const words = rule.words.map((word) => word.trim()).filter((word) => word !== "");
    if (words.length === 0) throw badRule(position, { key: "lmm.reason-no-words" });
    return { source: words.map(toWordPattern).join("|"), flags: "giu" };
  }
  if (rule.pattern === "") throw badRule(position, { key: "lmm.reason-empty" });
  if (rule.pattern.length > MAX_PATTERN_LENGTH) {
    throw badRule(position, { key: "lmm.reason-too-long", params: { most: MAX_PATTERN_LENGTH } });
  }
  const flags = [...new Set(`g${rule.flags ?? "iu"}`)].filter((flag) => flag !== "y").join("");
  try {
    new RegExp(rule.pattern, flags);
  } catch {
    // The runtime's own reason is English in every language.
    throw badRule(position, { key: "lmm.reason-pattern" });
  }
  return { source: rule.pattern, flags };
}

/** Languages that put no space between words have no word boundary to look for. */
function toWordPattern(word: string): string {
  const escaped = escapePattern(word).replace(/\s+/g, "\\s+");
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word)) return escaped;
  return `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`;
}

// A pattern is the user's, a text is the LMM's: together they can backtrack for hours, which no
// check of the pattern alone foresees. V8 ends a script that is out of time even inside a match.
const SANDBOX = createContext(Object.create(null) as object);
const REPLACE = new Script(
  "(() => { const re = new RegExp(source, flags);" +
    " let found = false;" +
    " const out = text.replace(re, (...m) => { found = true; return replacement; });" +
    " return found ? out : null; })()",
);

/** The text with each match replaced; null where nothing matches. */
function replaceWithin(
  text: string,
  source: string,
  flags: string,
  replacement: string,
  position: number,
): string | null {
  Object.assign(SANDBOX, { text, source, flags, replacement });
  try {
    return REPLACE.runInContext(SANDBOX, { timeout: MAX_PATTERN_MS }) as string | null;
  } catch (thrown) {
    const { code, message } = toError(thrown) as NodeJS.ErrnoException;
    const slow = code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
    throw badRule(position, slow ? { key: "lmm.reason-slow" } : message);
  }
}

function badRule(position: number, reason: string | Phrase): TlacError {
  return new TlacError("BAD_CONFIG", "lmm.bad-filter-rule", { position, reason });
}
