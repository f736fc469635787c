import mustache from "mustache";

import enAlert from "../../locales/en-US/lib/alert.json";
import enCamera from "../../locales/en-US/lib/camera.json";
import enCli from "../../locales/en-US/lib/cli.json";
import enClip from "../../locales/en-US/lib/clip.json";
import enEstimate from "../../locales/en-US/lib/estimate.json";
import enEvaluation from "../../locales/en-US/lib/evaluation.json";
import enExamples from "../../locales/en-US/lib/examples.json";
import enFrame from "../../locales/en-US/lib/frame.json";
import enLearn from "../../locales/en-US/lib/learn.json";
import enLmm from "../../locales/en-US/lib/lmm.json";
import enMatch from "../../locales/en-US/lib/match.json";
import enNodes from "../../locales/en-US/lib/nodes.json";
import enRecord from "../../locales/en-US/lib/record.json";
import enReview from "../../locales/en-US/lib/review.json";
import enStart from "../../locales/en-US/lib/start.json";
import enTlac from "../../locales/en-US/lib/tlac.json";
import enVocabulary from "../../locales/en-US/lib/vocabulary.json";
import jaAlert from "../../locales/ja/lib/alert.json";
import jaCamera from "../../locales/ja/lib/camera.json";
import jaCli from "../../locales/ja/lib/cli.json";
import jaClip from "../../locales/ja/lib/clip.json";
import jaEstimate from "../../locales/ja/lib/estimate.json";
import jaEvaluation from "../../locales/ja/lib/evaluation.json";
import jaExamples from "../../locales/ja/lib/examples.json";
import jaFrame from "../../locales/ja/lib/frame.json";
import jaLearn from "../../locales/ja/lib/learn.json";
import jaLmm from "../../locales/ja/lib/lmm.json";
import jaMatch from "../../locales/ja/lib/match.json";
import jaNodes from "../../locales/ja/lib/nodes.json";
import jaRecord from "../../locales/ja/lib/record.json";
import jaReview from "../../locales/ja/lib/review.json";
import jaStart from "../../locales/ja/lib/start.json";
import jaTlac from "../../locales/ja/lib/tlac.json";
import jaVocabulary from "../../locales/ja/lib/vocabulary.json";

/**
 * The engine's sentences, one catalogue per folder of `lib/`, one for `nodes/`
 * and one for `npm start`. English is the reference.
 */
const EN = {
  alert: enAlert,
  camera: enCamera,
  cli: enCli,
  clip: enClip,
  estimate: enEstimate,
  evaluation: enEvaluation,
  examples: enExamples,
  frame: enFrame,
  learn: enLearn,
  lmm: enLmm,
  match: enMatch,
  nodes: enNodes,
  record: enRecord,
  review: enReview,
  start: enStart,
  tlac: enTlac,
  vocabulary: enVocabulary,
} as const;

const JA: Record<keyof typeof EN, Readonly<Record<string, string>>> = {
  alert: jaAlert,
  camera: jaCamera,
  cli: jaCli,
  clip: jaClip,
  estimate: jaEstimate,
  evaluation: jaEvaluation,
  examples: jaExamples,
  frame: jaFrame,
  learn: jaLearn,
  lmm: jaLmm,
  match: jaMatch,
  nodes: jaNodes,
  record: jaRecord,
  review: jaReview,
  start: jaStart,
  tlac: jaTlac,
  vocabulary: jaVocabulary,
};

type KeysOf<M extends keyof typeof EN> = M extends unknown
  ? `${M}.${Extract<keyof (typeof EN)[M], string>}`
  : never;

/** Names one sentence, `<folder of lib>.<key in locales/<language>/lib/<folder>.json>`. */
export type MessageKey = KeysOf<keyof typeof EN>;

/** A part of a sentence that is a sentence of the catalogue itself. */
export interface Phrase {
  readonly key: MessageKey;
  readonly params?: MessageParams;
}

export type MessageParams = Readonly<Record<string, string | number | Phrase>>;

/** The languages that the engine speaks. */
export type Language = "en-US" | "ja";

/** Maps a tag such as `ja-JP` or `de` to a language that we have; English is the fallback. */
export function toLanguage(tag: string | undefined): Language {
  return tag?.toLowerCase().startsWith("ja") ? "ja" : "en-US";
}

/**
 * The sentence for `key` with its `{{name}}` places filled in, phrases in the same language. Values are inserted as they are
 * (a message is no HTML); whoever shows it in a browser escapes it there.
 */
export function translate(
  key: MessageKey,
  params: MessageParams = {},
  language: Language = "en-US",
): string {
  const dot = key.indexOf(".");
  const folder = key.slice(0, dot) as keyof typeof EN;
  const name = key.slice(dot + 1);
  const english: Readonly<Record<string, string>> = EN[folder];
  const template = (language === "ja" ? JA[folder][name] : undefined) ?? english[name] ?? key;
  const values = Object.entries(params).map(([place, value]) => [
    place,
    typeof value === "object" ? translate(value.key, value.params, language) : value,
  ]);
  return mustache.render(template, Object.fromEntries(values), undefined, { escape: String });
}
