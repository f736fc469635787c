import type { Candidate } from "../lmm";

/** The part of a proposal that is matched. */
export interface FilteredWords {
  readonly candidates: readonly Candidate[];
  readonly description: string;
  /** A rule says that this is none of the classes, whatever the match would find. */
  readonly forcedUnknown: boolean;
}

/** A rule whose test is a pattern that the runtime can read, flag `g` included. */
export interface PatternRule {
  readonly source: string;
  readonly flags: string;
  readonly action: "drop" | "replace" | "unknown";
  /** Literal; empty unless the action is `replace`. */
  readonly replacement: string;
}

/** Replacements may lengthen a text up to here; no answer is as long. */
const MAX_TEXT_LENGTH = 2_000;

/** A rule made a text longer than any answer is. */
export class TextGrows extends Error {
  override readonly name = "TextGrows";
}

/**
 * Applies one rule. Takes as long as its pattern does on these texts, so it runs in a thread that
 * can be ended. Throws `TextGrows`.
 */
export function applyRule(rule: PatternRule, words: FilteredWords): FilteredWords {
  const pattern = new RegExp(rule.source, rule.flags);
  // `search` begins at the start of the text, whatever the last search left behind.
  const matches = (text: string): boolean => text.search(pattern) >= 0;

  switch (rule.action) {
    case "unknown":
      return allTexts(words).some(matches) ? { ...words, forcedUnknown: true } : words;
    case "drop":
      return {
        ...words,
        candidates: words.candidates
          .filter(({ name }) => !matches(name))
          .map((candidate) => ({
            ...candidate,
            synonyms: candidate.synonyms.filter((synonym) => !matches(synonym)),
          })),
        description: matches(words.description) ? "" : words.description,
      };
    case "replace": {
      const change = (text: string): string => {
        const changed = text.replace(pattern, () => rule.replacement);
        if (changed.length > Math.max(text.length, MAX_TEXT_LENGTH)) throw new TextGrows();
        return changed.replace(/\s+/g, " ").trim();
      };
      return {
        ...words,
        candidates: words.candidates
          .map((candidate) => ({
            ...candidate,
            name: change(candidate.name),
            synonyms: candidate.synonyms.map(change).filter((synonym) => synonym !== ""),
          }))
          .filter(({ name }) => name !== ""),
        description: change(words.description),
      };
    }
  }
}

function allTexts({ candidates, description }: FilteredWords): string[] {
  return [...candidates.flatMap(({ name, synonyms }) => [name, ...synonyms]), description];
}
