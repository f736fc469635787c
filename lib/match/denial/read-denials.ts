import type { Denial, DenialAt } from "./denial";
import { readClauses } from "./read-clauses";
import { readJapanese } from "./read-japanese";

const SENTENCE_END =
  /(?<!(?<![\p{L}\p{N}])(?:no|approx|e\.g|i\.e|fig|vs|incl|max|min))\.(?=\s|$)|[;。．！!?？\n]+/giu;

/** Readers of one sentence each; one says null of a sentence that is not in its script. */
const READERS: readonly ((sentence: string) => DenialAt | null)[] = [readClauses, readJapanese];

interface Sentence {
  readonly start: number;
  readonly end: number;
  /** By language; read when a name in it is asked for. */
  denials?: readonly DenialAt[];
}

/**
 * Reads a text and tells of each name in it whether it stands in a denial, in English and
 * Japanese, and by the commonest words of German, French, Spanish and Italian. By words, their order
 * and reach, not by grammar: where the reach is in doubt, the name is denied and the picture left
 * to a person, as a name that is not there would decide wrongly.
 */
export function readDenials(text: string): DenialAt {
  const sentences: Sentence[] = [];
  let start = 0;
  for (const { 0: mark, index } of [
    ...text.matchAll(SENTENCE_END),
    { 0: "", index: text.length },
  ]) {
    const end = index + mark.length;
    sentences.push({ start, end });
    start = end;
  }
  return (from, to) => {
    const sentence = sentences.find(({ end }) => from < end);
    if (!sentence) return null;
    const { start, end } = sentence;
    sentence.denials ??= READERS.flatMap((read) => read(text.slice(start, end)) ?? []);
    const found = sentence.denials.map((denialAt) => denialAt(from - start, to - start));
    return strongest(found);
  };
}

/** What is unsaid is no statement that something is absent: "make sure that no bolt is missing". */
function strongest(found: readonly (Denial | null)[]): Denial | null {
  return found.includes("unsaid") ? "unsaid" : (found.find((denial) => denial !== null) ?? null);
}
