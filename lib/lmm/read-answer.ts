/**
 * Reads what an LMM answered: JSON where it keeps to the form, JSON mended where it nearly does,
 * prose where it does not. Everything in here is untrusted text.
 */
import { escapePattern } from "../basics/escape-pattern";
import { isRecord } from "../basics/is-record";
import type { Candidate } from "./lmm";

/** The words that a proposal is matched by. */
export interface Answer {
  /** Best first, at least one. */
  readonly candidates: readonly Candidate[];
  readonly description: string;
}

const MAX_CANDIDATES = 8;
const MAX_SYNONYMS = 8;
const MAX_NAME_LENGTH = 120;
/** CLIP reads some 77 tokens, so more prose would not be matched anyway. */
const MAX_PROSE_LENGTH = 400;
const MAX_DESCRIPTION_LENGTH = 500;
/** Characters that are read: ten times what a model may say by default. More is no answer. */
const MAX_ANSWER_LENGTH = 20_000;
/** How many earlier places a broken text is tried to be ended at. */
const MAX_REPAIRS = 60;

/** A stage-one answer in JSON, mended where that takes no guess; null if there is none. */
export function readJsonAnswer(text: string): Answer | null {
  const value = parseJson(text);
  if (!isRecord(value) && !Array.isArray(value)) return null;
  const list = Array.isArray(value)
    ? value
    : (value.names ?? value.b_candidates ?? value.candidates);
  const candidates = readCandidates(list);
  if (candidates.length === 0) return null;
  const description = isRecord(value) ? (value.a_description ?? value.description) : "";
  return {
    candidates,
    description: typeof description === "string" ? tidy(description, MAX_DESCRIPTION_LENGTH) : "",
  };
}

/** Names in an answer in the form `names` that is still being written, or was ended: whole ones. */
export function readNamesSoFar(text: string): Candidate[] {
  const start = text.search(/[{[]/);
  if (start < 0) return [];
  const { body, stack, inString, places } = scanJson(text.slice(start, start + MAX_ANSWER_LENGTH));
  const now = { length: body.length, stack };
  // Of a name with parts of its own, not all may have come.
  const wholes = [...places, ...(inString ? [] : [now])].filter((place) =>
    ["", "{", "[", "{["].includes(place.stack),
  );
  for (const place of wholes.slice(-2).reverse()) {
    const value = tryParse(body.slice(0, place.length) + closersOf(place.stack));
    if (value !== undefined) return readCandidates(isRecord(value) ? value.names : value);
  }
  return [];
}

/**
 * The published method's reading: line breaks and full stops removed, all of it one name. Null
 * for an empty answer, for the ruins of JSON and for a refusal, which names nothing.
 */
export function readProseAnswer(text: string): Answer | null {
  const start = text.slice(0, MAX_ANSWER_LENGTH);
  const name = tidy(start.replace(/。|\.(?![\p{L}\p{N}])/gu, ""), MAX_PROSE_LENGTH);
  if (!/[\p{L}\p{N}]/u.test(name) || /^[[{]|^`{3}/.test(name) || isRefusal(name)) return null;
  return { candidates: [{ name, synonyms: [] }], description: "" };
}

/** Which of the short codes an answer chose; null if none, or more than one. */
export function readChoice(text: string, choices: readonly string[]): string | null {
  const value = parseJson(text);
  if (isRecord(value) && typeof value.a_choice === "string") {
    const chosen = value.a_choice.trim();
    return choices.includes(chosen) ? chosen : null;
  }
  const plain = text.trim().slice(0, MAX_ANSWER_LENGTH);
  // "B", "B.", "B: hex bolt": the code stands first. More than one so: the question is repeated.
  const leading = choices.filter((choice) =>
    new RegExp(
      `^[^\\p{L}\\p{N}\\n]*${escapePattern(choice)}(?:[^\\p{L}\\p{N}' ]|[^\\S\\n]*$)`,
      "mu",
    ).test(plain),
  );
  if (leading.length > 0) return leading.length === 1 ? (leading[0] ?? null) : null;
  // It stands alone in the text.
  const named = choices.filter((choice) =>
    new RegExp(`(?<![\\p{L}\\p{N}'])${escapePattern(choice)}(?![\\p{L}\\p{N}'])`, "u").test(plain),
  );
  const [only] = named;
  if (named.length !== 1 || only === undefined) return null;
  // "A hex bolt", "I think so": an article and a pronoun are no codes.
  return /^[AI]$/.test(only) && new RegExp(`${only} \\p{Ll}`, "u").test(plain) ? null : only;
}

/** Scripts that LMMs drift into, beside Latin. */
const SCRIPTS = [
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u,
  /\p{Script=Hangul}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Thai}/u,
  /\p{Script=Devanagari}/u,
  /\p{Script=Greek}/u,
];

/** Share of letters in a script that was not asked in, beyond which an answer is a drift. */
const MAX_FOREIGN_SHARE = 0.3;

/**
 * True for an answer that drifted into a script that is neither Latin nor the prompt's: the mark
 * of a model that did not get the image.
 */
export function isForeignScript(answer: string, prompt: string): boolean {
  const letters = Array.from(answer.matchAll(/\p{L}/gu), ([letter]) => letter);
  if (letters.length === 0) return false;
  const known = SCRIPTS.filter((script) => script.test(prompt));
  const foreign = letters.filter(
    (letter) => !/\p{Script=Latin}/u.test(letter) && !known.some((script) => script.test(letter)),
  );
  return foreign.length / letters.length > MAX_FOREIGN_SHARE;
}

function isRefusal(text: string): boolean {
  return /^(i['’]?m sorry|sorry\b|i (cannot|can['’]?t|am unable|do not|don['’]?t)\b|as an ai\b|there is no image|no image)/i.test(
    text,
  );
}

function readCandidates(list: unknown): Candidate[] {
  if (!Array.isArray(list)) return [];
  const byName = new Map<string, Candidate>();
  for (const item of list as unknown[]) {
    const candidate = readCandidate(item);
    if (!candidate || byName.has(candidate.name.toLowerCase())) continue;
    byName.set(candidate.name.toLowerCase(), candidate);
    if (byName.size === MAX_CANDIDATES) break;
  }
  return [...byName.values()];
}

function readCandidate(item: unknown): Candidate | null {
  const given = isRecord(item) ? (item.a_name ?? item.name) : item;
  const name = typeof given === "string" ? tidy(given, MAX_NAME_LENGTH) : "";
  if (!/[\p{L}\p{N}]/u.test(name)) return null;
  const list: unknown = isRecord(item) ? (item.b_synonyms ?? item.synonyms) : [];
  const synonyms = (Array.isArray(list) ? (list as unknown[]) : [])
    .flatMap((entry) => (typeof entry === "string" ? tidy(entry, MAX_NAME_LENGTH) : []))
    .filter((entry) => entry !== "" && entry.toLowerCase() !== name.toLowerCase());
  return { name, synonyms: [...new Set(synonyms)].slice(0, MAX_SYNONYMS) };
}

/** One line without control characters; a trailing full stop is no part of a name. */
function tidy(text: string, length: number): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, length)
    .replace(/\p{Cs}/gu, "")
    .replace(/\.$/, "")
    .trim();
}

/** The first JSON value in a text, whatever stands around it; undefined if it cannot be had. */
export function parseJson(text: string): unknown {
  const start = text.search(/[{[]/);
  if (start < 0) return undefined;
  const { body, stack, inString, places } = scanJson(text.slice(start, start + MAX_ANSWER_LENGTH));
  const whole = tryParse(body + (inString ? '"' : "") + closersOf(stack));
  if (whole !== undefined) return whole;
  // Cut in the middle of something: end at the last place where it was still whole.
  for (const place of places.slice(-MAX_REPAIRS).reverse()) {
    const value = tryParse(body.slice(0, place.length) + closersOf(place.stack));
    if (value !== undefined) return value;
  }
  return undefined;
}

interface Scan {
  /** The value's text with trailing commas dropped and line breaks in strings escaped. */
  readonly body: string;
  /** The brackets that are still open. */
  readonly stack: string;
  readonly inString: boolean;
  /** Where the text could end, were the open brackets closed. */
  readonly places: readonly { readonly length: number; readonly stack: string }[];
}

function scanJson(text: string): Scan {
  let body = "";
  let stack = "";
  let inString = false;
  const places: { length: number; stack: string }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (inString) {
      if (character === "\\") {
        body += text.slice(at, at + 2);
        at += 1;
        continue;
      }
      if (character === '"') inString = false;
      body += character < " " ? " " : character;
      continue;
    }
    if (character === '"') inString = true;
    else if (character === "{" || character === "[") stack += character;
    else if (character === "," || character === "}" || character === "]") {
      if (character === ",") places.push({ length: body.length, stack });
      else {
        body = body.replace(/,\s*$/, "");
        stack = stack.slice(0, -1);
      }
    }
    body += character;
    if (stack === "") break;
    if (character !== "," && /[{[}\]]/.test(character)) places.push({ length: body.length, stack });
  }
  return { body, stack, inString, places };
}

function closersOf(stack: string): string {
  return stack
    .split("")
    .reverse()
    .map((bracket) => (bracket === "{" ? "}" : "]"))
    .join("");
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
