import { TlacError } from "../errors";
import { estimateTokens } from "../lmm/estimate-tokens";
import type { Question, Reply } from "../lmm/lmm";
import { MAX_PROMPT_LENGTH } from "../lmm/prompts/sanitise";
import { joinTexts } from "../lmm/question-text";
import { listClasses, readClassName, wholeListQuestion } from "./reconcile-questions";

/** Questions that one image may cost: beyond, a cascade is the better way. */
const MAX_QUESTIONS = 32;

export interface WholeList {
  /** Labels of all classes. */
  readonly labels: readonly string[];
  /** The first stage's name. */
  readonly predicted: string;
  readonly ask: (question: Question) => Promise<Reply>;
  /** Tokens that one question may take; absent: the LMM does not tell. */
  readonly tokens?: number | undefined;
  /** The label that an answer means; undefined where it means none. */
  readonly findLabel: (answer: string) => Promise<string | undefined>;
}

/**
 * The second stage over a list of any length. A list that fits is one question, as published; a
 * longer one is asked for in parts of equal standing, whose winners meet in a last question.
 * Nothing is left out. Returns the answer as a name; empty where no part had one. Throws
 * `BAD_CONFIG` where the list would take too many questions, and what `ask` throws.
 */
export async function askWholeList(list: WholeList): Promise<string> {
  const { predicted, ask } = list;
  let { labels } = list;
  let asked = 0;
  for (;;) {
    const parts = splitList(labels, list);
    const [whole] = parts;
    if (whole && parts.length === 1) {
      return readClassName((await ask(wholeListQuestion(whole, predicted))).text);
    }
    asked += parts.length;
    if (parts.length >= labels.length || asked >= MAX_QUESTIONS) {
      throw new TlacError("BAD_CONFIG", "tlac.list-too-long", {
        classes: list.labels.length,
        most: MAX_QUESTIONS,
      });
    }
    const winners = new Set<string>();
    for (const part of parts) {
      const answer = readClassName((await ask(wholeListQuestion(part, predicted))).text);
      const label = answer && (await list.findLabel(answer));
      if (label) winners.add(label);
    }
    labels = [...winners];
    if (labels.length < 2) return labels[0] ?? "";
  }
}

/** Parts that each fit into one question; neighbours stay together. */
function splitList(
  labels: readonly string[],
  { predicted, tokens = Infinity }: WholeList,
): readonly (readonly string[])[] {
  const frame = joinTexts(wholeListQuestion([], predicted));
  const room = {
    tokens: tokens - estimateTokens(frame),
    length: MAX_PROMPT_LENGTH - frame.length,
  };
  const parts: string[][] = [];
  let left = { tokens: 0, length: 0 };
  for (const label of labels) {
    const entry = listClasses([label, ""]);
    const cost = { tokens: estimateTokens(entry), length: entry.length };
    if (left.tokens < cost.tokens || left.length < cost.length) {
      parts.push([]);
      left = { ...room };
    }
    parts.at(-1)?.push(label);
    left = { tokens: left.tokens - cost.tokens, length: left.length - cost.length };
  }
  return parts;
}
