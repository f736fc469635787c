import { foldName } from "../vocabulary/fold-name";
import { isDenied } from "./denial";

/** Names of more words than this are not looked for; Japanese compounds are split finely. */
const MAX_WORDS = 8;

/** A description is one sentence; what goes on beyond this is not read. */
const MAX_TEXT = 1_000;

/** Splits Japanese, which has no spaces, by its dictionary, and everything else as it is written. */
const SEGMENTER = new Intl.Segmenter("ja", { granularity: "word" });

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
 * there is no ビス.
 */
export function findNamesInText(text: string, isName: (fold: string) => boolean): NameInText[] {
  const bounded = text.slice(0, MAX_TEXT);
  const words = [...SEGMENTER.segment(bounded)].filter(({ isWordLike }) => isWordLike);
  const found = new Map<string, boolean>();
  for (let start = 0; start < words.length;) {
    let taken = 1;
    for (let length = Math.min(MAX_WORDS, words.length - start); length > 0; length--) {
      const first = words[start];
      const last = words[start + length - 1];
      if (!first || !last) continue;
      const [from, to] = withMarks(bounded, first.index, last.index + last.segment.length);
      const fold = foldName(bounded.slice(from, to));
      if (!fold || !isName(fold)) continue;
      found.set(fold, (found.get(fold) ?? true) && isDenied(bounded, from, to));
      taken = length;
      break;
    }
    start += taken;
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
