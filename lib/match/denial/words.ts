/** A word or a mark of a sentence, in small letters, and its place. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Between two clauses, as opposed to the hyphen inside of a word. */
export const DASH = "–";
export const HYPHEN = "-";

const WORD =
  /(?<![\p{L}\p{N}])no\.\s?\p{N}+|[\p{L}\p{M}\p{N}]+(?:['’.][\p{L}\p{M}\p{N}]+)*|[,:()&/=]|[-–—]+/giu;

/** What is left of a verb before n't. */
const STEMS: Readonly<Record<string, string>> = { ca: "can", wo: "will", sha: "shall", ai: "is" };

/** Pronouns behind which 's is a verb and no genitive. */
const WITH_IS = /^(?:it|he|she|that|there|here|what|who|where)$/;

/** Behind the last word of a sentence. */
export const END = ".";

/** The words of a sentence and its end; "isn't" and "cannot" are two words. */
export function readWords(sentence: string): Word[] {
  const words = [...sentence.matchAll(WORD)].flatMap(({ 0: found, index }) => {
    const end = index + found.length;
    if (/^[-–—]/.test(found)) {
      const isJoint = found === "-" && /\S/.test(sentence.charAt(index - 1) + sentence.charAt(end));
      return [{ text: isJoint ? HYPHEN : DASH, start: index, end }];
    }
    return split(found.toLowerCase().replace(/’/g, "'")).map((text) => ({
      text,
      start: index,
      end,
    }));
  });
  return [...words, { text: END, start: sentence.length, end: sentence.length }];
}

function split(word: string): string[] {
  if (word === "cannot") return ["can", "not"];
  const [, stem = "", tail] = /^(\p{L}+?)(n't|'s|'re|'ve|'ll|'d)$/u.exec(word) ?? [];
  if (tail === "n't") return [Object.hasOwn(STEMS, stem) ? (STEMS[stem] ?? stem) : stem, "not"];
  if (tail === "'re") return [stem, "are"];
  if (tail === "'ve") return [stem, "have"];
  if (tail === "'ll") return [stem, "will"];
  if (tail === "'d") return [stem, "would"];
  if (tail === "'s" && WITH_IS.test(stem)) return [stem, "is"];
  return [word];
}
