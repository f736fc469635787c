import { isRecord } from "../basics/is-record";
import { TlacError } from "../errors";
import type { Language } from "../i18n/catalogue";
import { ALERT_LEVELS, type AlertLevel } from "../vocabulary/vocabulary";
import type { AlertRules } from "./alert-rules";

/** What one frame of a camera tells. */
export interface Sighting {
  /** Of the frame, in milliseconds since 1970. */
  readonly time: number;
  /** Id of the decision; null where nothing was decided. */
  readonly decision: string | null;
  /** Undefined: what the frame shows is not known; null: none of the classes. */
  readonly found: Found | null | undefined;
  /** Of the vocabulary, as far as the frame tells. */
  readonly language: Language | null;
}

/** The class of a frame. */
export interface Found {
  readonly class: string;
  readonly label: string;
  readonly level: AlertLevel;
  /** 0…1; null: not told. */
  readonly confidence: number | null;
}

/** A message as `tlac` sends it from any of its outputs, or a Catch node behind it. */
export interface SightingSource {
  /** One result, or a list of them. */
  readonly payload: unknown;
  readonly skipped: unknown;
  readonly error: unknown;
}

/** Characters of a name, which a vocabulary holds to as well. */
const MOST_TEXT = 200;
/** Results of one message; `tlac` judges no more at once. */
const MOST_RESULTS = 100;

/**
 * The frames of a message, in their order. A frame that was skipped or has failed is not known, and
 * so is one that no class was found for with enough confidence. Throws `BAD_MESSAGE` where the
 * message is none of `tlac`'s.
 */
export function readSightings(
  { payload, skipped, error }: SightingSource,
  rules: AlertRules,
  time: number,
): Sighting[] {
  if (isRecord(skipped) || isRecord(error)) return [notKnown(time)];
  const results: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
  if (results.length === 0 || results.length > MOST_RESULTS) throw noResult(payload);
  return results.map((result) => readResult(result, rules, time));
}

function readResult(result: unknown, rules: AlertRules, time: number): Sighting {
  if (!isRecord(result)) throw noResult(result);
  const { id, outcome, label, explanation } = result;
  const base = {
    time,
    decision: readText(id),
    language: languageOf(readText(label) ?? "", readText(explanation) ?? ""),
  };
  switch (outcome) {
    case "class":
      return { ...base, found: readFound(result, rules) };
    case "unknown":
      return { ...base, found: rules.unknownIsGone ? null : undefined };
    case "ambiguous":
      return { ...base, found: undefined };
    default:
      throw noResult(result);
  }
}

function readFound(
  result: Readonly<Record<string, unknown>>,
  { minConfidence }: AlertRules,
): Found | undefined {
  const id = readText(result.class);
  if (id === null) throw noResult(result);
  const { alert, confidence: given } = result;
  const confidence = typeof given === "number" && given >= 0 && given <= 1 ? given : null;
  if (minConfidence > 0 && (confidence ?? 0) < minConfidence) return undefined;
  const level = ALERT_LEVELS.find((known) => known === alert) ?? "none";
  return { class: id, label: readText(result.label) ?? id, level, confidence };
}

function notKnown(time: number): Sighting {
  return { time, decision: null, found: undefined, language: null };
}

function readText(value: unknown): string | null {
  return typeof value === "string" && value ? value.slice(0, MOST_TEXT) : null;
}

const KANA_OR_HAN = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

/** A label is written as its reader reads; in the sentence, what stands in quotes is the LMM's. */
function languageOf(label: string, explanation: string): Language | null {
  if (KANA_OR_HAN.test(label)) return "ja";
  const own = explanation.replace(/[“「][^”」]*[”」]/g, "");
  if (!own) return label ? "en-US" : null;
  return /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(own) ? "ja" : "en-US";
}

function noResult(value: unknown): TlacError {
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return new TlacError("BAD_MESSAGE", "alert.no-result", { type });
}
