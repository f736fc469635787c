import { segmentWords } from "../basics/japanese-words";
import { absenceNamesOf } from "../vocabulary/absence-names";
import { foldName } from "../vocabulary/fold-name";
import { readDenials } from "./denial/read-denials";

/** Names of more words than this are not looked for; Japanese compounds are split finely. */
const MAX_WORDS = 8;

/** A description is one sentence; what goes on beyond this is not read. */
const MAX_TEXT = 1_000;

/** A mark behind or before a word that belongs to its name: A-, C++, <1 mm. */
const MARKS_BEHIND = /[+#*%-]+(?![\p{L}\p{N}])/uy;
const MARKS_BEFORE = /(?<![\p{L}\p{N}])[<>≤≥±+-] ?$/u;

/** A name that stands in a text. */
export interface NameInText {
  readonly fold: string;
  /** It stands there in denials only. */
  readonly denied: boolean;
}

/**
 * The folded names that stand in a text as whole words, from left to right, the longest first at
 * each place: in "a drill bit" the name "drill bit" is found and "drill" is not, and in サービス
 * there is no ビス. A name of an absence is found however the text denies the thing: "no helmet" in
 * "not wearing a helmet"; with it "helmet" is found, denied.
 */
export function findNamesInText(text: string, isName: (fold: string) => boolean): NameInText[] {
  const bounded = text.slice(0, MAX_TEXT);
  const words = [...segmentWords(bounded)].filter(({ isWordLike }) => isWordLike);
  const denialAt = readDenials(bounded);
  const found = new Map<string, boolean>();
  const add = (fold: string, denied: boolean): void => {
    found.set(fold, (found.get(fold) ?? true) && denied);
  };
  /** Words that the longest name at a place takes; 0 where none stands there. */
  const read = (start: number, most: number, onlyDenied: boolean): number => {
    for (let length = most; length > 0; length--) {
      const first = words[start];
      const last = words[start + length - 1];
      if (!first || !last) continue;
      const [from, to] = withMarks(bounded, first.index, last.index + last.segment.length);
      const fold = foldName(bounded.slice(from, to));
      if (!fold) continue;
      const known = isName(fold);
      const absence = absenceNamesOf(fold).find(isName);
      if (!known && absence === undefined) continue;
      const denial = denialAt(from, to);
      const isAbsent = absence !== undefined && denial === "absent";
      if (isAbsent) add(absence, false);
      if (known && (denial || !onlyDenied)) add(fold, denial !== null);
      if (known || isAbsent) return length;
    }
    return 0;
  };
  for (let start = 0; start < words.length;) {
    const taken = read(start, Math.min(MAX_WORDS, words.length - start), false);
    for (let inner = 0; inner < taken; inner++) {
      read(start + inner, Math.min(taken - inner, taken - 1), true);
    }
    start += Math.max(1, taken);
  }
  return [...found].map(([fold, denied]) => ({ fold, denied }));
}

/** The place of words in a text, with the marks that belong to them. */
function withMarks(text: string, from: number, to: number): [from: number, to: number] {
  MARKS_BEHIND.lastIndex = to;
  const end = MARKS_BEHIND.test(text) ? MARKS_BEHIND.lastIndex : to;
  if (!/\d/.test(text.charAt(from))) return [from, end];
  return [from - (MARKS_BEFORE.exec(text.slice(0, from))?.[0].length ?? 0), end];
}
