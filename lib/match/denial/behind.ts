import type { Denial } from "./denial";
import {
  AND,
  BARRIERS,
  BEHIND,
  DEFINITE,
  INDEFINITE,
  LABEL,
  MARKS,
  OR,
  PREPOSITIONS,
  QUANTITIES,
  VERBS,
} from "./grammar";
import { END, type Word } from "./words";

/** Words between the end of a name and the verb that denies it, at most. */
const MAX_SUBJECT = 14;
/** Of them, words in a row without "and", comma or preposition: "helmet strap is missing". */
const MAX_COMPOUND = 2;
/** Words between a preposition and a name, at most: "of the large green bottle". */
const MAX_ATTRIBUTES = 4;

/** What may follow where all is said. */
const CLOSING = new Set(
  "as to here there today yet anymore anywhere by that who which completely entirely".split(" "),
);
const RELATIVE = new Set(["that", "which", "who"]);

/** "Helmet: none", "lid (missing)", "seal missing": what stands right behind the name. */
export function readLabel(words: readonly Word[], last: number): Denial | null {
  let at = last + 1;
  while (/^[:=(–-]$/.test(textAt(words, at))) at++;
  const found = LABEL.find(words, at);
  return found && isClosed(words, found.end) ? found.value : null;
}

/** "The helmet and the gloves on the table are missing": what is said of a subject. */
export function readBehind(words: readonly Word[], first: number, last: number): Denial | null {
  if (isInPlace(words, first)) return null;
  let compound = 0;
  for (let at = last + 1; at <= last + MAX_SUBJECT; at++) {
    const denial = findBehind(words, at);
    if (denial) return denial;
    const word = textAt(words, at);
    if (RELATIVE.has(word)) return readPastRelative(words, at + 1);
    if (isJoint(word) || isAside(words, at)) {
      compound = 0;
    } else if (isArticle(word)) {
      if (!isJoint(textAt(words, at - 1))) return null;
    } else if (VERBS.has(word) || BARRIERS.has(word) || ++compound > MAX_COMPOUND) {
      return null;
    }
  }
  return null;
}

/** "The guard that covers the blade has been removed". */
function readPastRelative(words: readonly Word[], from: number): Denial | null {
  for (let at = from; at < from + MAX_SUBJECT; at++) {
    const denial = findBehind(words, at);
    if (denial) return denial;
    const word = textAt(words, at);
    if (RELATIVE.has(word) || BARRIERS.has(word) || AND.has(word) || word === ",") return null;
  }
  return null;
}

function findBehind(words: readonly Word[], at: number): Denial | null {
  const found = BEHIND.find(words, at);
  return found && (found.value.open || isClosed(words, found.end)) ? found.value.denial : null;
}

/** "There was a bolt, but it has been removed"; "the pin, however, is missing". */
function isAside(words: readonly Word[], at: number): boolean {
  const word = textAt(words, at);
  if (word === "but") return /^(?:it|they)$/.test(textAt(words, at + 1));
  if (/^(?:it|they)$/.test(word)) return textAt(words, at - 1) === "but";
  return word === "however" && textAt(words, at + 1) === ",";
}

/** Joins the things of one subject. */
function isJoint(word: string): boolean {
  return AND.has(word) || OR.has(word) || /^(?:[,()]|of)$/.test(word) || PREPOSITIONS.has(word);
}

function isArticle(word: string): boolean {
  return DEFINITE.has(word) || INDEFINITE.has(word);
}

/** Whether nothing follows that would be what is missing: "the car is missing a wheel". */
function isClosed(words: readonly Word[], end: number): boolean {
  const next = textAt(words, end);
  if (next === "any") return /^(?:more|longer)$/.test(textAt(words, end + 1));
  return [MARKS, AND, OR, BARRIERS, PREPOSITIONS, CLOSING].some((set) => set.has(next));
}

/** Whether a name only says where or whose the subject is: "the cap of the bottle is missing". */
function isInPlace(words: readonly Word[], first: number): boolean {
  let hasArticle = false;
  for (let at = first - 1; at >= Math.max(0, first - 1 - MAX_ATTRIBUTES); at--) {
    const word = textAt(words, at);
    const before = at > 0 ? textAt(words, at - 1) : END;
    if (word === "of") return !QUANTITIES.has(before);
    if (PREPOSITIONS.has(word)) return word !== "with" && /^[\p{L}\p{N}]/u.test(before);
    if (hasArticle && !isArticle(word)) return false;
    if ([MARKS, AND, VERBS, BARRIERS].some((set) => set.has(word))) return false;
    hasArticle ||= isArticle(word);
  }
  return false;
}

function textAt(words: readonly Word[], at: number): string {
  return words[at]?.text ?? END;
}
