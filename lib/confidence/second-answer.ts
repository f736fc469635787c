import type { Combined } from "../witness/combine";

/**
 * How often a second answer picks what is right, where the LMM is sure of it at all. An assumption
 * with room for error, in which its own token probabilities are not counted: they are no calibrated
 * confidence. A user's own labelled photos show what it is worth there.
 */
export const CHOICE_RELIABILITY = 0.8;

/** What an LMM chose when it was shown classes by name. */
export interface Choice {
  /** Position of the class; null: none of those that were shown. */
  readonly chosen: number | null;
  /** How many other answers it could have given. */
  readonly others: number;
  /** There was no way to say "none of them". */
  readonly forced: boolean;
}

/**
 * Probability 0…1 that the chosen class is right (that the winner is, where none was chosen), by
 * Bayes' rule: what was known before, and an answer that is right with `CHOICE_RELIABILITY` and
 * else any of the others. An answer without a way out tells which class it is, not whether it is
 * one.
 *
 * @param confidence of the winner before the question
 * @param before what the witnesses said together before it
 */
export function confidenceAfter(
  { chosen, others, forced }: Choice,
  confidence: number,
  { shares, none, order }: Combined,
): number {
  const slip = (1 - CHOICE_RELIABILITY) / Math.max(1, others);
  const winner = shares[order[0] ?? -1] ?? 0;
  if (chosen === null) return update(confidence, slip, CHOICE_RELIABILITY);
  if (winner === 0 || none >= 1) return 0;
  const own = shares[chosen] ?? 0;
  if (!forced) return update(Math.min(1, (confidence * own) / winner), CHOICE_RELIABILITY, slip);
  const known = Math.min(1, (confidence * (1 - none)) / winner);
  return known * update(own / (1 - none), CHOICE_RELIABILITY, slip);
}

/** @param prior probability of a thing that makes an observation `ifTrue` likely, else `ifFalse` */
function update(prior: number, ifTrue: number, ifFalse: number): number {
  const yes = prior * ifTrue;
  const no = (1 - prior) * ifFalse;
  return yes + no === 0 ? 0 : yes / (yes + no);
}
