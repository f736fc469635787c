import { readJsonAnswer, readProseAnswer, type Answer } from "./read-answer";
import { stripReasoning } from "./reasoning";

/** An answer as it once came, whatever form it was asked for in; null where it names nothing. */
export function readRaw(raw: string): Answer | null {
  const text = stripReasoning(raw).text.trim();
  return readJsonAnswer(text) ?? readProseAnswer(text);
}
