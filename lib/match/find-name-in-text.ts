import { foldName } from "../vocabulary/fold-name";
import type { NameTable } from "../vocabulary/class-names";

/** Names of more words than this are not looked for inside a sentence. */
const MAX_WORDS = 5;

/** One Japanese character stands in too many words to mean anything by itself. */
const MIN_JAPANESE = 2;

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

/**
 * The class names that stand in a text as whole words. Japanese has no spaces: there, a name of
 * at least two characters counts wherever it stands. A name inside a longer one that was found is
 * left out ("drill" in "drill bit").
 */
export function findNameInText(
  text: string,
  names: NameTable,
): { fold: string; positions: readonly number[] }[] {
  const folded = foldName(text);
  if (!folded) return [];
  const found = new Set<string>();
  const words = folded.split(/[ ,./]+/);
  for (let length = Math.min(MAX_WORDS, words.length); length > 0; length--) {
    for (let start = 0; start + length <= words.length; start++) {
      const phrase = words.slice(start, start + length).join(" ");
      if (names.has(phrase)) found.add(phrase);
    }
  }
  if (JAPANESE.test(folded)) {
    for (const name of names.keys()) {
      if (name.length >= MIN_JAPANESE && JAPANESE.test(name) && folded.includes(name)) {
        found.add(name);
      }
    }
  }
  const longest = [...found].filter(
    (name) => ![...found].some((other) => other !== name && other.includes(name)),
  );
  return longest.map((fold) => ({ fold, positions: names.get(fold) ?? [] }));
}
