import { escapePattern } from "../basics/escape-pattern";
import { TlacError } from "../errors";
import type { Phrase } from "../i18n/catalogue";
import type { FilteredWords, PatternRule } from "./filter/apply-rules";
import { PatternThread, type PatternOutcome } from "./filter/pattern-thread";
import type { Candidate } from "./lmm";

export type { FilteredWords } from "./filter/apply-rules";

/** What a rule looks for: a regular expression, or words that stand alone in any case. */
export type FilterTest =
  { readonly pattern: string; readonly flags?: string } | { readonly words: readonly string[] };

/** `drop`: the name is not a candidate; `replace`: only the match changes; `unknown`: no class. */
export type FilterRule = FilterTest &
  (
    | { readonly action: "drop" | "unknown" }
    | { readonly action: "replace"; readonly replacement: string }
  );

export type AnswerFilter = (
  words: { readonly candidates: readonly Candidate[]; readonly description: string },
  options?: { readonly signal?: AbortSignal },
) => Promise<FilteredWords>;

export const MAX_RULES = 100;
export const MAX_PATTERN_LENGTH = 300;

/** Milliseconds for all rules on one answer; healthy ones need a hundredth of it. */
const ANSWER_MS = 1_000;

// One thread for all nodes: a job takes a millisecond, and one that does not is ended.
const thread = new PatternThread("tlac-rules");

/**
 * Checks the rules once and returns the filter. They run in their order, each on what the one
 * before has left, in a thread of their own and in bounded time. Throws `BAD_CONFIG` for a rule
 * that cannot work; the filter rejects with it for a rule that takes too long on an answer, and
 * with `CLOSED` on `signal`.
 */
export function compileAnswerFilter(rules: readonly FilterRule[], ms = ANSWER_MS): AnswerFilter {
  if (rules.length > MAX_RULES) {
    throw badRule(MAX_RULES + 1, { key: "lmm.reason-too-many-rules", params: { most: MAX_RULES } });
  }
  const compiled = rules.map((rule, index) => compileRule(rule, index + 1));
  return async ({ candidates, description }, { signal } = {}) => {
    const words: FilteredWords = { candidates, description, forcedUnknown: false };
    const outcome = await thread.run(compiled, words, {
      ms,
      ...(signal ? { signal } : {}),
    });
    if ("words" in outcome) return outcome.words;
    throw badRule(outcome.rule + 1, explainOutcome(outcome));
  };
}

function explainOutcome(outcome: Exclude<PatternOutcome, { words: unknown }>): string | Phrase {
  if ("slow" in outcome) return { key: "lmm.reason-slow" };
  return outcome.reason ?? { key: "lmm.reason-grows" };
}

/** The rule as a pattern. Throws `BAD_CONFIG` with its position, which begins at 1. */
export function compileRule(rule: FilterRule, position: number): PatternRule {
  if (!ACTIONS.has(rule.action)) throw badRule(position, { key: "lmm.reason-action" });
  const replacement = rule.action === "replace" ? rule.replacement : "";
  return { ...toPattern(rule, position), action: rule.action, replacement };
}

const ACTIONS: ReadonlySet<string> = new Set<FilterRule["action"]>(["drop", "replace", "unknown"]);

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

function badRule(position: number, reason: string | Phrase): TlacError {
  return new TlacError("BAD_CONFIG", "lmm.bad-filter-rule", { position, reason });
}
