import { segmentWords } from "../../basics/japanese-words";
import type { Denial, DenialAt } from "./denial";
import * as cues from "./japanese";

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

/** What is read behind a name, in characters; longer sentences are about more than one thing. */
const LOOK_BEHIND = 80;
const LOOK_BEFORE = 40;
/** Names in a list, light nouns and compounds between a name and what is said of it. */
const MAX_STEPS = 8;
/** Tokens of one noun in a list. */
const MAX_NOUN = 6;

const BEFORE = cues.BEFORE.map(([denial, row]) => ({ denial, pattern: anyOf(row, "", "$") }));
const ADJACENT = cues.ADJACENT.map(([denial, row]) => ({ denial, pattern: sticky(row) }));
const ADJACENT_SAID = sticky(cues.ADJACENT_SAID);
const IF = anyOf(cues.IF);
const IF_ENDS = anyOf(cues.IF_ENDS);
const ONCE = anyOf(cues.ONCE);
const SUFFIX = sticky(cues.SUFFIX);
const LIGHT_NOUN = sticky(cues.LIGHT_NOUN);
const JOINS = sticky(cues.JOINS);
const COMPOUND = sticky(cues.COMPOUND);
/** What a form puts between a name and its value. */
const FORM_MARKS = /[:：=＝（(→\-ー\s]*/uy;
const PERSON = new RegExp(cues.PERSON, "u");
const NO_THING = new RegExp(`(?:${cues.NO_THING})$`, "u");
const HANDLED = new RegExp(`^(?:${cues.HANDLED})`, "u");
const NOUN_DENIED = new RegExp(`^(?:${cues.NOUN_DENIED})`, "u");
const NOT_SO = new RegExp(`^(?:${cues.NOT_SO})`, "u");
const EXISTS = new RegExp(cues.EXISTS, "u");
const MANNER = new RegExp(cues.MANNER, "u");
const IN_PLACE = new RegExp(cues.IN_PLACE, "u");
const TAKEN_BACK = new RegExp(`^(?:${cues.TAKEN_BACK})`, "u");
/** Ends a clause, where a plain form may belong to the noun behind it. */
const CLAUSE_END = /(?:ます|ました|です|でした|、)$/u;
const UNSAID_AFTER = new RegExp(`^[^、]{0,3}?(?:${cues.UNSAID_AFTER})`, "u");
const PEOPLE =
  /(?:\p{Script=Han}|\p{Script=Katakana}|ー){1,10}[はがも](?:い(?:ません|ない|なかった)|おら(?:ず|ない)|おりません)/uy;

/** は, が, も: what is said of the thing; を: what is done with it. */
const SUBJECT = /(?:(?:だけ|まで)?[はがも](?:また|もう)?|って|すら|さえ)、?/uy;
const OBJECT = /を[もは]?、?/uy;

type Cues = typeof cues.SUBJECT_CUES;
const PREDICATES = { subject: compile(cues.SUBJECT_CUES), object: compile(cues.OBJECT_CUES) };

/** Reads a Japanese sentence; null where it is none. */
export function readJapanese(sentence: string): DenialAt | null {
  if (!JAPANESE.test(sentence)) return null;
  return (start, end) => {
    const before = sentence.slice(Math.max(0, start - LOOK_BEFORE), start);
    const found = BEFORE.find(({ pattern }) => pattern.test(before));
    if (found) return found.denial;
    if (isConditional(before)) return "unsaid";
    const name = sentence.slice(start, end);
    return new Follower(before, name, sentence.slice(end, end + LOOK_BEHIND)).read();
  };
}

/** もし、亀裂: what is said of it comes behind a condition that is still open. */
function isConditional(before: string): boolean {
  const opened = IF.exec(before);
  return opened !== null && !IF_ENDS.test(before.slice(opened.index + opened[0].length));
}

/** Reads on from a name to what is said of it. */
class Follower {
  private at = 0;

  constructor(
    private readonly before: string,
    private readonly name: string,
    private readonly rest: string,
  ) {}

  read(): Denial | null {
    for (let step = 0; step < MAX_STEPS; step++) {
      while (this.take(SUFFIX));
      if (this.looksAt(ADJACENT_SAID)) return null;
      const adjacent = this.findAdjacent();
      if (adjacent) return adjacent;
      if (this.take(LIGHT_NOUN)) continue;
      if (this.take(JOINS)) {
        this.skipNoun();
        continue;
      }
      if (!this.take(COMPOUND)) break;
    }
    if (this.take(OBJECT)) return this.readPredicate("object");
    if (this.take(SUBJECT)) return this.readPredicate("subject");
    if (this.rest.startsWith("の", this.at)) return this.readAttribute();
    // Spoken: ヘルメットかぶってない.
    return /^[にでへとよ]/.test(this.rest.slice(this.at)) ? null : this.readPredicate("object");
  }

  /** ヘルメット: なし; a form's value stands behind a mark. */
  private findAdjacent(): Denial | null {
    const { at } = this;
    this.take(FORM_MARKS);
    const found = ADJACENT.find(({ pattern }) => this.looksAt(pattern));
    this.at = at;
    return found?.denial ?? null;
  }

  /** ヘルメットの見えない人, ヘルメットの人はいません; but ヘルメットの傷はありません. */
  private readAttribute(): Denial | null {
    this.at += 1;
    if (this.looksAt(PEOPLE)) return "absent";
    const pattern = PREDICATES.subject;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.rest);
    return found?.index === this.at && found.groups?.absent !== undefined ? "absent" : null;
  }

  /** The first thing that is said behind the name decides. */
  private readPredicate(role: keyof typeof PREDICATES): Denial | null {
    const pattern = PREDICATES[role];
    pattern.lastIndex = this.at;
    for (const found of this.rest.matchAll(pattern)) {
      const { skipped, unsaid, absent, said } = found.groups ?? {};
      if (skipped !== undefined) continue;
      const between = this.rest.slice(this.at, found.index);
      const after = this.rest.slice(found.index + found[0].length);
      if (MANNER.test(between)) return null;
      if (said !== undefined) return this.readStatement(said, between, after, role);
      const isHandled = HANDLED.test(found[0]);
      if (role === "subject" && this.isAboutAnother(between, isHandled)) return null;
      if (unsaid !== undefined || UNSAID_AFTER.test(after)) return "unsaid";
      if (absent !== undefined) return "absent";
    }
    return null;
  }

  /** A thing is there, unless it was, or unless the noun that is told of it is denied. */
  private readStatement(
    said: string,
    between: string,
    after: string,
    role: keyof typeof PREDICATES,
  ): Denial | null {
    // What ends here as a denial is the state of a subject: 錆びていない.
    if (/^(?:な|ず|ませ|くな)/.test(said)) {
      return IN_PLACE.test(this.before) && !this.isAboutAnother(between, false) ? "absent" : null;
    }
    if (NOT_SO.test(after) && (role === "object" || EXISTS.test(between + said))) return "absent";
    if (TAKEN_BACK.test(after)) return "absent";
    if (!CLAUSE_END.test(said) && NOUN_DENIED.test(after)) return "absent";
    return said.endsWith("た") && ONCE.test(this.before + between) ? "unsaid" : null;
  }

  /** ボルトは頭に傷がない says nothing of the bolt; 手袋は手に着けていない does of the glove. */
  private isAboutAnother(between: string, isHandled: boolean): boolean {
    if (isHandled && PERSON.test(this.name)) return true;
    let done = "";
    for (const { segment } of segmentWords(between)) {
      const marks = isHandled ? /^を$/ : /^(?:は|が|も|を)$/;
      if (marks.test(segment) && done !== "" && !NO_THING.test(done)) return true;
      done += segment;
    }
    return false;
  }

  private skipNoun(): void {
    let taken = 0;
    for (const { segment, index } of segmentWords(this.rest.slice(this.at))) {
      if (taken > 0 && (cues.PARTICLES.has(segment) || taken >= MAX_NOUN)) {
        this.at += index;
        return;
      }
      taken++;
    }
    this.at = this.rest.length;
  }

  private looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.rest);
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.rest);
    if (!found?.[0]) return false;
    this.at += found[0].length;
    return true;
  }
}

function compile({ absent, said }: Cues): RegExp {
  const unsaid = alternatives(cues.UNSAID);
  return new RegExp(
    `(?<skipped>${alternatives(cues.SKIPPED)})|(?<unsaid>${unsaid})|(?<absent>${absent})|(?<said>(?:${said})(?!${unsaid}))`,
    "gu",
  );
}

function alternatives(row: cues.Alternatives): string {
  return `(?:${row.trim().split(/\s+/).join("|")})`;
}

function anyOf(row: cues.Alternatives, before = "", after = ""): RegExp {
  return new RegExp(before + alternatives(row) + after, "u");
}

function sticky(row: cues.Alternatives): RegExp {
  return new RegExp(alternatives(row), "uy");
}
