import { thresholdOf, type Coefficients, type Estimate } from "../confidence/confidence";
import type { Evidence } from "../confidence/features";
import type { Knob } from "../confidence/knob";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { Verdict, VerdictReason } from "./result";

/**
 * Cosines that flows made for version 0.1 still demand of a class, beside the confidence. New
 * flows set the knob alone.
 */
export interface DecisionRules {
  /** Smallest cosine, −1…1, by words or by sight. */
  readonly threshold: number;
  /** Smallest lead over the runner-up by the same witness, 0…2. */
  readonly margin: number;
}

export interface Case {
  readonly evidence: Evidence;
  readonly estimate: Estimate | null;
  /** What the vocabulary, the node or the message accepts; a class may be stricter or laxer. */
  readonly knob: Knob;
  readonly coefficients: Coefficients;
  /** Whether other stages of a cascade could have decided too. */
  readonly staged?: boolean;
  readonly rules: Partial<DecisionRules>;
  readonly vocabulary: Vocabulary;
}

/** Two classes share the probability where the second has at least this part of the first's. */
const SHARED = 0.25;

/**
 * One of three outcomes. `class`: the winner's confidence reaches the knob's threshold.
 * `ambiguous`: two classes share the probability. `unknown`: none of them is likelier, or nothing
 * is sure enough.
 */
export function judge(one: Case): Verdict {
  const { evidence, estimate, vocabulary } = one;
  const { combined, words } = evidence;
  const [winner, second] = combined.order;
  const ruledOut = (words?.vetoed.size ?? 0) > 0;
  const spoke = Boolean(words ?? evidence.sight ?? evidence.examples);
  const entry = winner === undefined ? undefined : vocabulary.classes[winner];
  if (winner === undefined || !entry || !spoke) {
    return nobody(ruledOut ? "anti-alias" : "empty", 0, 0, 0);
  }
  const score = combined.shares[winner] ?? 0;
  const next = second === undefined ? 0 : (combined.shares[second] ?? 0);
  const confidence = estimate?.confidence ?? 0;
  const fail = (reason: VerdictReason, outcome: "ambiguous" | "unknown" = "unknown"): Verdict => ({
    ...nobody(reason, confidence, score, score - next),
    outcome,
  });
  const named = (words?.exact[winner] ?? 0) > 0;
  // The next best after a class that was ruled out is no answer: what was seen is something else.
  if (ruledOut && !named) return fail("anti-alias");
  if (evidence.chosen === null) return fail("none-of-these");
  if (evidence.chosen === -1) return fail("disagreed", "ambiguous");
  const knob = entry.accept ?? one.knob;
  const threshold = thresholdOf(knob, estimate?.voices ?? "", one.coefficients, one.staged);
  const sure = confidence >= threshold && score > next && keepsRules(one, winner, second);
  if (sure) {
    const reason = evidence.chosen === winner ? "agreed" : named ? "alias" : "clear";
    const { id, label } = entry;
    return { outcome: "class", class: id, label, confidence, score, margin: score - next, reason };
  }
  if (score + next > combined.none && next >= score * SHARED) {
    return fail(evidence.chosen === undefined ? "near-tie" : "disagreed", "ambiguous");
  }
  if (evidence.chosen !== undefined) return fail("disagreed", "ambiguous");
  return fail(combined.none > score ? "background" : "below-threshold");
}

function nobody(reason: VerdictReason, confidence: number, score: number, margin: number): Verdict {
  return { outcome: "unknown", class: null, label: null, confidence, score, margin, reason };
}

/** The older settings, each by the witness that speaks best for the winner. */
function keepsRules(
  { evidence, rules, vocabulary }: Case,
  winner: number,
  second?: number,
): boolean {
  const { words, sight } = evidence;
  const own = vocabulary.classes[winner]?.threshold ?? rules.threshold;
  const cosines = [words, sight].map((one) => one?.scores[winner] ?? NaN);
  const best = cosines.filter((cosine) => !Number.isNaN(cosine));
  if (own !== undefined && best.length > 0 && Math.max(...best) < own) return false;
  if (rules.margin === undefined || second === undefined) return true;
  const speaker = words ?? sight;
  const lead = (speaker?.scores[winner] ?? NaN) - (speaker?.scores[second] ?? NaN);
  return Number.isNaN(lead) || (words?.exact[winner] ?? 0) > 0 || lead >= rules.margin;
}
