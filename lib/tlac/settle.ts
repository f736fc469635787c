import { createHash } from "node:crypto";

import type { Evidence } from "../confidence/features";
import { CHOICE_RELIABILITY, type Choice } from "../confidence/second-answer";
import type { Frame } from "../frame/frame";
import type { Proposal, Question, Reply } from "../lmm/lmm";
import { joinTexts } from "../lmm/question-text";
import type { WordsTestimony } from "../match/testimonies";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { ReconcileMemo } from "./reconcile-memo";
import { MAX_CHOICES, nearTieQuestion } from "./reconcile-questions";

export interface NearTie {
  readonly ask: (question: Question) => Promise<Reply>;
  readonly proposal: Proposal;
  readonly evidence: Evidence;
  readonly vocabulary: Vocabulary;
  readonly memo: ReconcileMemo | undefined;
  /** The image again, for a second look. */
  readonly frame: Frame | undefined;
}

export interface Settled extends Choice {
  readonly fromMemo: boolean;
}

/**
 * The LMM must be likelier right than wrong where the server tells token probabilities. They are
 * no calibrated confidence, so nothing finer is read from them.
 */
const MIN_PROBABILITY = 0.5;

/** Classes whose share is at least this part of the winner's are offered too. */
const NEAR_SHARE = 0.02;

/** Asks the LMM to choose among the near classes; undefined where its answer settles nothing. */
export async function settleNearTie(tie: NearTie): Promise<Settled | undefined> {
  const near = nearClasses(tie);
  const { classes: all } = tie.vocabulary;
  const { question, classes } = nearTieQuestion(
    near.flatMap((position) => all[position] ?? []),
    tie.proposal,
  );
  const settle = (id: string | null, fromMemo: boolean): Settled => ({
    chosen: id === null ? null : all.findIndex((entry) => entry.id === id),
    others: near.length,
    forced: false,
    fromMemo,
  });
  const key = memoKey(tie, question);
  const remembered = tie.memo?.get(key);
  if (remembered !== undefined) return settle(remembered, true);
  const reply = await tie.ask(tie.frame ? { ...question, frame: tie.frame } : question);
  const letter = reply.text.trim();
  const chosen = classes.get(letter);
  const told = reply.probabilities?.get(letter);
  if (chosen === undefined || (told ?? 1) < MIN_PROBABILITY) return undefined;
  // An answer about words alone is the same tomorrow; one about this image is not.
  if (!tie.frame) tie.memo?.set(key, chosen);
  return settle(chosen, false);
}

/**
 * The words once a second answer has chosen among the classes: the chosen one gets its share of the
 * belief, and all others divide what is left. A choice without a way out leaves "none of them" as
 * likely as it was.
 */
export function hearChoice(words: WordsTestimony, { chosen, forced }: Choice): WordsTestimony {
  const room = forced ? 1 - words.none : 1;
  const own = chosen === null ? words.none : (words.beliefs[chosen] ?? 0);
  const others = room - own;
  const scale = others > 0 ? ((1 - CHOICE_RELIABILITY) * room) / others : 0;
  const beliefs = words.beliefs.map((belief, position) =>
    position === chosen ? CHOICE_RELIABILITY * room : Math.min(1, belief * scale),
  );
  const none = forced ? words.none : chosen === null ? CHOICE_RELIABILITY : words.none * scale;
  return { ...words, beliefs, none };
}

function nearClasses({ evidence }: NearTie): number[] {
  const { order, shares } = evidence.combined;
  const best = shares[order[0] ?? -1] ?? 0;
  return order
    .filter((at, place) => place < 2 || (shares[at] ?? 0) >= best * NEAR_SHARE)
    .slice(0, MAX_CHOICES);
}

/** Everything that could change the answer: the question itself, the classes and the model. */
function memoKey({ proposal, vocabulary }: NearTie, question: Question): string {
  const { name, digest } = proposal.model;
  return createHash("sha256")
    .update(JSON.stringify([joinTexts(question), vocabulary.digest, name, digest ?? ""]))
    .digest("base64url");
}
