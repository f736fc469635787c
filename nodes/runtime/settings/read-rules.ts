import { toKnob, KNOBS, type Knob } from "../../../lib/confidence/knob";
import { TlacError, type ErrorCode } from "../../../lib/errors";
import type { Phrase } from "../../../lib/i18n/catalogue";
import type { DecisionRules } from "../../../lib/tlac/judge";
import { readNumber, type NumberField } from "./read-settings";

/** The fields of a dialog that say when a class is sure enough. */
export interface RuleSettings {
  /** The knob: at most 1 wrong in so many; empty: what the vocabulary says. */
  accept?: string | number | undefined;
  threshold: NumberField;
  margin: NumberField;
}

/**
 * What a person should know whose flow was made before there was a confidence: the same settings
 * decide otherwise now. Undefined once the dialog was confirmed, which writes `accept`.
 */
export function noteOldRules({ accept, threshold, margin }: RuleSettings): Phrase | undefined {
  if (accept !== undefined) return undefined;
  const demands = [threshold, margin].some((field) => String(field ?? "").trim() !== "");
  return { key: demands ? "match.old-rules-demand" : "match.old-rules" };
}

/** What a dialog sets of cosine and lead; whatever is left empty is not demanded. */
export function readRules(settings: RuleSettings): Partial<DecisionRules> {
  const threshold = readNumber(settings.threshold, "threshold");
  const margin = readNumber(settings.margin, "margin");
  return {
    ...(threshold === undefined ? {} : { threshold }),
    ...(margin === undefined ? {} : { margin }),
  };
}

/** A position of the knob, or undefined where the value is empty. Throws `code`. */
export function readAccept(value: unknown, field: string, code: ErrorCode): Knob | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const knob = toKnob(value);
  if (knob !== undefined) return knob;
  throw new TlacError(code, "nodes.bad-choice", {
    field,
    choices: KNOBS.join(", "),
    value: typeof value === "string" || typeof value === "number" ? String(value) : typeof value,
  });
}
