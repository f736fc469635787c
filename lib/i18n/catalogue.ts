import { readFileSync } from "node:fs";
import path from "node:path";

import { remember } from "../basics/remember";

import type enAlert from "../../locales/en-US/lib/alert.json";
import type enCamera from "../../locales/en-US/lib/camera.json";
import type enCli from "../../locales/en-US/lib/cli.json";
import type enClip from "../../locales/en-US/lib/clip.json";
import type enEstimate from "../../locales/en-US/lib/estimate.json";
import type enEvaluation from "../../locales/en-US/lib/evaluation.json";
import type enExamples from "../../locales/en-US/lib/examples.json";
import type enFrame from "../../locales/en-US/lib/frame.json";
import type enLearn from "../../locales/en-US/lib/learn.json";
import type enLmm from "../../locales/en-US/lib/lmm.json";
import type enMatch from "../../locales/en-US/lib/match.json";
import type enNodes from "../../locales/en-US/lib/nodes.json";
import type enRecord from "../../locales/en-US/lib/record.json";
import type enReview from "../../locales/en-US/lib/review.json";
import type enStart from "../../locales/en-US/lib/start.json";
import type enTlac from "../../locales/en-US/lib/tlac.json";
import type enVocabulary from "../../locales/en-US/lib/vocabulary.json";

/**
 * The engine's sentences, one catalogue per folder of `lib/`, one for `nodes/`
 * and one for `npm start`. English is the reference.
 */
interface Catalogues {
  alert: typeof enAlert;
  camera: typeof enCamera;
  cli: typeof enCli;
  clip: typeof enClip;
  estimate: typeof enEstimate;
  evaluation: typeof enEvaluation;
  examples: typeof enExamples;
  frame: typeof enFrame;
  learn: typeof enLearn;
  lmm: typeof enLmm;
  match: typeof enMatch;
  nodes: typeof enNodes;
  record: typeof enRecord;
  review: typeof enReview;
  start: typeof enStart;
  tlac: typeof enTlac;
  vocabulary: typeof enVocabulary;
}

type KeysOf<M extends keyof Catalogues> = M extends unknown
  ? `${M}.${Extract<keyof Catalogues[M], string>}`
  : never;

/** Names one sentence, `<folder of lib>.<key in locales/<language>/lib/<folder>.json>`. */
export type MessageKey = KeysOf<keyof Catalogues>;

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

const LOCALES = path.join(__dirname, "../../locales");

/** With the first sentence of a folder: a process needs few of them, its threads hardly any. */
const readSentences = remember(
  (file: string) =>
    JSON.parse(readFileSync(path.join(LOCALES, `${file}.json`), "utf8")) as Readonly<
      Record<string, string>
    >,
);

/** `{{name}}` is a value; `{{name|photo|photos}}` a word by whether that value is 1. */
const PLACE = /{{(\w+)(?:\|([^|}]*)\|([^|}]*))?}}/g;

/** Japanese is set apart from Latin letters and digits by a space. */
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー]/u;
const LATIN = /[\p{Script=Latin}\p{Nd}]/u;

/**
 * The sentence for `key` with its places filled in, phrases in the same language. Values are
 * inserted as they are (a message is no HTML); whoever shows it in a browser escapes it there.
 */
export function translate(
  key: MessageKey,
  params: MessageParams = {},
  language: Language = "en-US",
): string {
  const dot = key.indexOf(".");
  const folder = key.slice(0, dot);
  const name = key.slice(dot + 1);
  const template =
    readSentences(`${language}/lib/${folder}`)[name] ?? readSentences(`en-US/lib/${folder}`)[name];
  const sentence = template ?? key;
  type Word = string | undefined;
  const fill = (found: string, place: string, one: Word, many: Word, at: number): string => {
    const value = params[place] ?? "";
    if (one !== undefined && many !== undefined) return Number(value) === 1 ? one : many;
    const text =
      typeof value === "object" ? translate(value.key, value.params, language) : String(value);
    return setApart(sentence.charAt(at - 1), text, sentence.charAt(at + found.length));
  };
  return sentence.replace(PLACE, fill);
}

/** The text with a space to what stands before and after it, where one script meets the other. */
function setApart(before: string, text: string, after: string): string {
  const needsBefore = JAPANESE.test(before) && LATIN.test(text.charAt(0));
  const needsAfter = LATIN.test(text.charAt(text.length - 1)) && JAPANESE.test(after);
  return `${needsBefore ? " " : ""}${text}${needsAfter ? " " : ""}`;
}
