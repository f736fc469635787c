import { createHash } from "node:crypto";

import type { Frame } from "../frame/frame";
import type { Proposal, Question, Reply } from "../lmm/lmm";
import type { DecisionRules } from "../match/decide";
import type { RankedClass, Ranking } from "../match/ranking";
import type { Vocabulary, VocabularyClass } from "../vocabulary/vocabulary";
import type { ReconcileMemo } from "./reconcile-memo";
import { MAX_CHOICES, nearTieQuestion } from "./reconcile-questions";
import type { Verdict } from "./result";

export interface NearTie {
  readonly ask: (question: Question) => Promise<Reply>;
  readonly proposal: Proposal;
  readonly ranking: Ranking;
  readonly rules: DecisionRules;
  readonly vocabulary: Vocabulary;
  readonly memo: ReconcileMemo | undefined;
  /** The image again, for a second look. */
  readonly frame: Frame | undefined;
  /** What the text match alone found. */
  readonly verdict: Verdict;
}

export interface Settled {
  readonly verdict: Verdict;
  readonly reconciledFromMemo: boolean;
}

/**
 * The LMM must be likelier right than wrong where the server tells token probabilities. They are
 * no calibrated confidence, so nothing finer is read from them.
 */
const MIN_PROBABILITY = 0.5;

/** Classes within this many margins of the winner are offered too: the LMM may know better. */
const NEAR_MARGINS = 3;

/**
 * Asks the LMM to choose among the near classes. Both must agree: its choice counts when the
 * text match holds that class for a possible winner (within the margin of the best one); any
 * other choice leaves the near-tie open, and "none of these" is `unknown`.
 */
export async function settleNearTie(tie: NearTie): Promise<Settled> {
  const near = nearClasses(tie);
  const { question, classes } = nearTieQuestion(near, tie.proposal);
  const key = memoKey(tie, question);
  const remembered = tie.memo?.get(key);
  if (remembered !== undefined) {
    return { verdict: judge(tie, remembered), reconciledFromMemo: true };
  }
  const reply = await tie.ask(tie.frame ? { ...question, frame: tie.frame } : question);
  const letter = reply.text.trim();
  const chosen = classes.get(letter);
  const probability = reply.probabilities?.get(letter) ?? 1;
  if (chosen === undefined || probability < MIN_PROBABILITY) {
    return { verdict: ambiguous(tie.verdict), reconciledFromMemo: false };
  }
  // An answer about words alone is the same tomorrow; one about this image is not.
  if (!tie.frame) tie.memo?.set(key, chosen);
  return { verdict: judge(tie, chosen), reconciledFromMemo: false };
}

function nearClasses({ ranking, rules, vocabulary }: NearTie): VocabularyClass[] {
  const byId = new Map(vocabulary.classes.map((entry) => [entry.id, entry]));
  const best = ranking.classes[0]?.score ?? 0;
  return ranking.classes
    .filter(({ score }, position) => position < 2 || best - score <= rules.margin * NEAR_MARGINS)
    .slice(0, MAX_CHOICES)
    .flatMap((ranked) => byId.get(ranked.class) ?? []);
}

function judge({ ranking, rules, verdict }: NearTie, chosen: string | null): Verdict {
  if (chosen === null) {
    return { ...verdict, outcome: "unknown", class: null, label: null, reason: "none-of-these" };
  }
  const best = ranking.classes[0];
  const agreed = ranking.classes.find(({ class: id }) => id === chosen);
  if (!best || !agreed || best.score - agreed.score > rules.margin) return ambiguous(verdict);
  return {
    ...verdict,
    outcome: "class",
    class: agreed.class,
    label: agreed.label,
    score: agreed.score,
    margin: leadOf(agreed, ranking),
    reason: "agreed",
  };
}

function ambiguous(verdict: Verdict): Verdict {
  return { ...verdict, outcome: "ambiguous", class: null, label: null, reason: "disagreed" };
}

/** Negative where the LMM preferred the runner-up. */
function leadOf(winner: RankedClass, ranking: Ranking): number {
  const rival = ranking.classes.find(({ class: id }) => id !== winner.class);
  return rival ? winner.score - rival.score : winner.score;
}

/** Everything that could change the answer: the question itself, the classes and the model. */
function memoKey({ proposal, vocabulary }: NearTie, question: Question): string {
  const { name, digest } = proposal.model;
  return createHash("sha256")
    .update(JSON.stringify([question.prompt, vocabulary.digest, name, digest ?? ""]))
    .digest("base64url");
}
