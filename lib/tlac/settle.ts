import { createHash } from "node:crypto";

import type { Evidence } from "../confidence/features";
import type { Frame } from "../frame/frame";
import type { Proposal, Question, Reply } from "../lmm/lmm";
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

/** Position of the class that was chosen; null: none of the near ones. */
export interface Choice {
  readonly chosen: number | null;
  /** 0…1, as the server tells, else `CHOICE_BELIEF`. */
  readonly probability: number;
  readonly fromMemo: boolean;
}

/** Belief in a second answer whose probability is not told. */
export const CHOICE_BELIEF = 0.8;

/**
 * The LMM must be likelier right than wrong where the server tells token probabilities. They are
 * no calibrated confidence, so nothing finer is read from them.
 */
const MIN_PROBABILITY = 0.5;

/** Classes whose share is at least this part of the winner's are offered too. */
const NEAR_SHARE = 0.02;

/** Asks the LMM to choose among the near classes; undefined where its answer settles nothing. */
export async function settleNearTie(tie: NearTie): Promise<Choice | undefined> {
  const near = nearClasses(tie);
  const { classes: all } = tie.vocabulary;
  const { question, classes } = nearTieQuestion(
    near.flatMap((position) => all[position] ?? []),
    tie.proposal,
  );
  const toChoice = (id: string | null, probability: number, fromMemo: boolean): Choice => ({
    chosen: id === null ? null : all.findIndex((entry) => entry.id === id),
    probability,
    fromMemo,
  });
  const key = memoKey(tie, question);
  const remembered = tie.memo?.get(key);
  if (remembered !== undefined) return toChoice(remembered, CHOICE_BELIEF, true);
  const reply = await tie.ask(tie.frame ? { ...question, frame: tie.frame } : question);
  const letter = reply.text.trim();
  const chosen = classes.get(letter);
  const told = reply.probabilities?.get(letter);
  if (chosen === undefined || (told ?? 1) < MIN_PROBABILITY) return undefined;
  // An answer about words alone is the same tomorrow; one about this image is not.
  if (!tie.frame) tie.memo?.set(key, chosen);
  return toChoice(chosen, CHOICE_BELIEF, false);
}

/**
 * The words once a second answer has chosen among the classes: it gets its probability of the
 * belief, and all others share what is left. A choice without a way out (`forced`) tells which
 * class it is, but not whether it is one: then "none of them" stays as likely as it was.
 */
export function hearChoice(
  words: WordsTestimony,
  { chosen, probability }: Pick<Choice, "chosen" | "probability">,
  forced = false,
): WordsTestimony {
  const room = forced ? 1 - words.none : 1;
  const own = chosen === null ? words.none : (words.beliefs[chosen] ?? 0);
  const others = room - own;
  const scale = others > 0 ? ((1 - probability) * room) / others : 0;
  const beliefs = words.beliefs.map((belief, position) =>
    position === chosen ? probability * room : Math.min(1, belief * scale),
  );
  const none = forced ? words.none : chosen === null ? probability : words.none * scale;
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
    .update(JSON.stringify([question.prompt, vocabulary.digest, name, digest ?? ""]))
    .digest("base64url");
}
