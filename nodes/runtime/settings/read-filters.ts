import { TlacError } from "../../../lib/errors";
import {
  compileAnswerFilter,
  type AnswerFilter,
  type FilterRule,
} from "../../../lib/lmm/answer-filter";

/** One line of a dialog's list of rules. */
export interface FilterField {
  /** `words`: separated by commas; `regex`: a regular expression. */
  test: "words" | "regex";
  value: string;
  action: "drop" | "replace" | "unknown";
  replacement?: string;
}

export interface FilterSettings {
  filters: readonly FilterField[] | undefined;
}

/** The rules of a dialog, checked; undefined where there are none. Throws `BAD_CONFIG`. */
export function readFilters({ filters }: FilterSettings): AnswerFilter | undefined {
  if (filters === undefined || filters.length === 0) return undefined;
  return compileAnswerFilter(filters.map(toRule));
}

/** One line of the dialog as a rule. Throws `BAD_CONFIG`. */
export function toRule(field: FilterField): FilterRule {
  const { test, value, action, replacement = "" } = field;
  if (typeof value !== "string" || typeof replacement !== "string") {
    throw new TlacError("BAD_CONFIG", "nodes.bad-text", { field: "filters", type: typeof value });
  }
  const then = action === "replace" ? { action, replacement } : { action };
  return test === "regex"
    ? { pattern: value, ...then }
    : { words: value.split(/[,、，]/), ...then };
}
