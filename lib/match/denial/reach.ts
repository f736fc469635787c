import type { Denial, Scope } from "./denial";
import {
  AND,
  BARRIERS,
  DEFINITE,
  FINITE,
  INDEFINITE,
  MARKS,
  OR,
  PARTICIPLES,
  PERSONS,
  PREPOSITIONS,
  PRONOUNS,
  RELATIVES,
  VERBS,
} from "./grammar";
import { END, type Word } from "./words";

/** More words than this lie between a cue and what it denies in no sentence that we read. */
const MAX_WORDS = 8;
/** The same for a list: each of its things may have as many. */
const MAX_LIST = 48;
/** Words of one thing in a list. */
const MAX_THING = 10;

/** Words between a cue and a place from which on the place is where it all happens. */
const WORDS_BEFORE_PLACE = 2;
/** Places in one denial at most. */
const MAX_RANGES = 3;

/** Behind these stands what is thought, not what is done to a thing. */
const OPENERS = new Set(["that", "if", "whether", "believe", "think"]);

/** From one word to before another. */
type Range = readonly [from: number, to: number];

/** The words that a cue at `start` to `end` denies. */
export function reachAhead(
  words: readonly Word[],
  start: number,
  end: number,
  { scope, denial }: { readonly scope: Scope; readonly denial: Denial },
): Range[] {
  if (scope === "sentence") return [[0, words.length]];
  if (scope === "gap") return [[start, end]];
  if (scope === "word") {
    const next = words.findIndex(({ text }, at) => at >= end && !MARKS.has(text));
    return next < 0 ? [] : [[end, next + 1]];
  }
  const resolved = scope === "noun" ? nounScope(words, start) : scope;
  const from = scope === "verb" ? (findVerb(words, end) ?? end) : end;
  const ranges: Range[] = [];
  for (let at: number | null = from; at !== null;) {
    const reach: Reach = new Reach(words, at, resolved, denial);
    const to = reach.findEnd();
    ranges.push([at, to]);
    at = reach.goesOnBehindPlace && ranges.length < MAX_RANGES ? findVerb(words, to) : null;
  }
  return ranges;
}

function textAt(words: readonly Word[], at: number): string {
  return words[at]?.text ?? END;
}

/** "A man with no helmet" and "there is no helmet", "no helmet is worn". */
function nounScope(words: readonly Word[], start: number): Scope {
  const before = textAt(words, start - 1);
  const isExistence = /^(?:is|are|was|were|be|there)$/.test(before);
  const isObject = VERBS.has(before) || PREPOSITIONS.has(before);
  return isObject && !isExistence ? "narrow" : "wide";
}

function findVerb(words: readonly Word[], from: number): number | null {
  for (let at = from; at < Math.min(words.length, from + MAX_WORDS); at++) {
    const word = textAt(words, at);
    if (VERBS.has(word)) return at;
    if (word === "," || BARRIERS.has(word)) return null;
  }
  return null;
}

/** Walks from a cue to where what it denies ends. */
class Reach {
  /** The reach ends at a place, and the next verb goes on with what is denied. */
  goesOnBehindPlace = false;

  private readonly hasArticle: boolean;
  /** Words since the cue or the last thing of a list. */
  private since = 0;
  private ofPersons: boolean;
  private inThat = false;

  constructor(
    private readonly words: readonly Word[],
    private readonly from: number,
    private readonly scope: Scope,
    private readonly denial: Denial,
  ) {
    this.hasArticle = INDEFINITE.has(textAt(words, from));
    this.ofPersons = scope === "verb" || scope === "persons";
  }

  findEnd(): number {
    const last = Math.min(this.words.length, this.from + MAX_LIST);
    for (let at = this.from; at < last; at++) {
      const word = textAt(this.words, at);
      if (OR.has(word)) {
        this.since = 0;
      } else if (word === "," || AND.has(word)) {
        if (!this.goesOn(at)) return at;
        this.since = 0;
      } else if (this.isBarrier(word, at) || this.endsAt(word, at)) {
        return at;
      } else if (!MARKS.has(word)) {
        this.inThat ||= OPENERS.has(word);
        this.ofPersons ||= PERSONS.has(word) && this.scope !== "clause";
        if (++this.since > MAX_WORDS) return at;
      }
    }
    return last;
  }

  private isBarrier(word: string, at: number): boolean {
    if (RELATIVES.has(word)) return !this.ofPersons && this.scope !== "rest";
    return BARRIERS.has(word) && !(word === ":" && at === this.from);
  }

  private endsAt(word: string, at: number): boolean {
    if (PREPOSITIONS.has(word) && this.endsAtPlace(word, at)) {
      this.goesOnBehindPlace = this.ofPersons || this.scope === "rest";
      return true;
    }
    return this.since > 0 && (this.endsAtVerb(word) || this.endsAtKnown(word, at));
  }

  /** "No crack in the glass" has a glass; "no worker in a helmet" has no helmet. */
  private endsAtPlace(word: string, at: number): boolean {
    if (textAt(this.words, at - 1).startsWith("put")) return false;
    if (this.scope === "object" || DEFINITE.has(textAt(this.words, at + 1))) return true;
    if (this.ofPersons || this.scope === "rest") return false;
    if (word === "with") return this.scope === "narrow" && this.since > 0;
    return this.since >= WORDS_BEFORE_PLACE;
  }

  /** "With no helmet stands", "not smiling wears"; but "no worker wears". */
  private endsAtVerb(word: string): boolean {
    if (this.scope === "rest" || this.ofPersons) return false;
    if (FINITE.has(word)) return this.scope !== "wide" && !this.inThat;
    return PARTICIPLES.has(word) && (this.scope === "narrow" || this.scope === "object");
  }

  /** "Cannot reach the valve", "no crack crosses the weld"; but "is not wearing the helmet". */
  private endsAtKnown(word: string, at: number): boolean {
    if (this.denial !== "absent" || this.scope === "rest" || !DEFINITE.has(word)) return false;
    const before = textAt(this.words, at - 1);
    if (OPENERS.has(before) || before === "of" || before === "for") return false;
    if (this.scope === "wide" && !this.ofPersons) return true;
    return !VERBS.has(before) && !PREPOSITIONS.has(before);
  }

  /**
   * Whether a list goes on behind a comma or an "and": "no cap, vest or gloves", but "no cap,
   * wearing a vest", "no cap and a vest", "no cap, the vest is".
   */
  private goesOn(from: number): boolean {
    const isPlainAnd = AND.has(textAt(this.words, from));
    const isComma = textAt(this.words, from + 1) === "," || AND.has(textAt(this.words, from + 1));
    const start = from + (isComma ? 2 : 1);
    const first = textAt(this.words, start);
    if (STARTS.some((set) => set.has(first))) return false;
    const isThing = !INDEFINITE.has(first) || this.hasArticle;
    for (let at = start; at < start + MAX_THING; at++) {
      const word = textAt(this.words, at);
      if (OR.has(word)) return true;
      // "Without helmet and gloves walks" goes on with who is without.
      if (FINITE.has(word)) return isPlainAnd && this.scope === "narrow" && isThing;
      if (word === "," || AND.has(word) || BARRIERS.has(word)) return isThing;
      // "If smoke appears, press the button".
      if (DEFINITE.has(word)) return false;
    }
    return false;
  }
}

/** What begins something else behind a comma. */
const STARTS = [BARRIERS, VERBS, PRONOUNS, PREPOSITIONS, DEFINITE, RELATIVES];
