import { readJsonAnswer, readNamesSoFar, readProseAnswer, type Answer } from "./read-answer";
import { stripReasoning } from "./reasoning";

/**
 * An answer as it once came, whatever form it was asked for in; null where it names nothing.
 *
 * @param isCut it was ended in the middle of a word: only names that are complete were said
 */
export function readRaw(raw: string, isCut = false): Answer | null {
  const text = stripReasoning(raw).text.trim();
  if (!isCut) return readJsonAnswer(text) ?? readProseAnswer(text);
  const candidates = readNamesSoFar(text);
  return candidates.length > 0 ? { candidates, description: "" } : null;
}
