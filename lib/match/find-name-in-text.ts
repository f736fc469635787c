import { foldName } from "../vocabulary/fold-name";

/** Names of more words than this are not looked for; Japanese compounds are split finely. */
const MAX_WORDS = 8;

/** A description is one sentence; what goes on beyond this is not read. */
const MAX_TEXT = 1_000;

/** Splits Japanese, which has no spaces, by its dictionary, and everything else as it is written. */
const SEGMENTER = new Intl.Segmenter("ja", { granularity: "word" });

/**
 * The folded names that stand in a text as whole words, from left to right, the longest first at
 * each place: in "a drill bit" the name "drill bit" is found and "drill" is not, and in サービス
 * there is no ビス.
 */
export function findNamesInText(text: string, isName: (fold: string) => boolean): string[] {
  const bounded = text.slice(0, MAX_TEXT);
  const words = [...SEGMENTER.segment(bounded)].filter(({ isWordLike }) => isWordLike);
  const found = new Set<string>();
  for (let start = 0; start < words.length;) {
    let taken = 1;
    for (let length = Math.min(MAX_WORDS, words.length - start); length > 0; length--) {
      const first = words[start];
      const last = words[start + length - 1];
      if (!first || !last) continue;
      const fold = foldName(bounded.slice(first.index, last.index + last.segment.length));
      if (!fold || !isName(fold)) continue;
      found.add(fold);
      taken = length;
      break;
    }
    start += taken;
  }
  return [...found];
}
