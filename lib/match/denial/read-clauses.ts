import { readBehind, readLabel } from "./behind";
import type { Denial, DenialAt } from "./denial";
import { AHEAD, INNOCENT } from "./grammar";
import { reachAhead } from "./reach";
import { readWords, type Word } from "./words";

/** A question tells nothing. */
const QUESTION =
  /^[^\p{L}]*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|what|which|where|who|why|how|when)\b.*\?["”’)\s]*$/isu;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly denial: Denial;
}

/** Reads a sentence of a language that puts spaces between its words; null where none stands there. */
export function readClauses(sentence: string): DenialAt | null {
  if (!/\p{Script=Latin}/u.test(sentence)) return null;
  const words = readWords(sentence);
  if (QUESTION.test(sentence)) return () => "unsaid";
  const spans = readSpans(words);
  return (start, end) => {
    const next = words.findIndex((word) => word.start >= end);
    const last = (next < 0 ? words.length : next) - 1;
    // "A helmet" is a name, too; a cue may end with the article.
    const first = words.findIndex(
      (word, at) => word.end > start && (at === last || !/^(?:an?|the)$/.test(word.text)),
    );
    if (first < 0) return null;
    const denials = spans
      .filter(({ from, to }) => from <= first && first < to)
      .map(({ denial }) => denial);
    if (denials.includes("unsaid")) return "unsaid";
    return readLabel(words, last) ?? readBehind(words, first, last) ?? denials[0] ?? null;
  };
}

function readSpans(words: readonly Word[]): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < words.length;) {
    const found = AHEAD.find(words, at);
    if (found && found.value !== INNOCENT) {
      const { denial } = found.value;
      for (const [from, to] of reachAhead(words, at, found.end, found.value)) {
        spans.push({ from, to, denial });
      }
    }
    at = found?.end ?? at + 1;
  }
  return spans;
}
