import type { Vocabulary } from "../vocabulary/vocabulary";
import type { Ranking } from "./ranking";

/** When a class is sure enough. */
export interface DecisionRules {
  /** Smallest cosine, −1…1, of a class without a threshold of its own. */
  readonly threshold: number;
  /** Smallest lead over the runner-up, 0…2. */
  readonly margin: number;
  /** Whether words that stand for none of the classes can win. */
  readonly background: boolean;
}

export interface Decision {
  readonly outcome: "class" | "ambiguous" | "unknown";
  /** Id and label of the winner; null unless the outcome is `class`. */
  readonly class: string | null;
  readonly label: string | null;
  /** Of the best class; 0 where there is none. */
  readonly score: number;
  /** The best class minus the runner-up; the score itself where there is only one class. */
  readonly margin: number;
  readonly reason:
    "alias" | "clear" | "below-threshold" | "near-tie" | "background" | "anti-alias" | "empty";
}

/**
 * One of three outcomes. Whatever wins has to reach the threshold: a name that only an unlikely
 * candidate gave does not. Then a class's own name decides by itself, unless it is also another
 * class's; a near name has to beat the background words and to lead by the margin.
 */
export function decide(ranking: Ranking, rules: DecisionRules, vocabulary: Vocabulary): Decision {
  const [best, second] = ranking.classes;
  const nobody = { class: null, label: null };
  const ruledOut = ranking.vetoed.length > 0;
  if (!best) {
    const reason = ruledOut ? "anti-alias" : "empty";
    return { outcome: "unknown", ...nobody, score: 0, margin: 0, reason };
  }
  const { score } = best;
  const margin = second ? score - second.score : score;
  const figures = { score, margin };
  const winner = { outcome: "class" as const, class: best.class, label: best.label, ...figures };
  const own = vocabulary.classes.find(({ id }) => id === best.class)?.threshold;
  const reached = score >= (own ?? rules.threshold);
  if (best.via.kind === "alias" && reached) {
    const shared = second?.via.kind === "alias" && second.score === score;
    if (shared) return { outcome: "ambiguous", ...nobody, ...figures, reason: "near-tie" };
    return { ...winner, reason: "alias" };
  }
  // The next best after a class that was ruled out is no answer: what was seen is something else.
  if (ruledOut) return { outcome: "unknown", ...nobody, ...figures, reason: "anti-alias" };
  if (!reached) {
    return { outcome: "unknown", ...nobody, ...figures, reason: "below-threshold" };
  }
  if (rules.background && ranking.background && ranking.background.score > score) {
    return { outcome: "unknown", ...nobody, ...figures, reason: "background" };
  }
  if (margin < rules.margin) {
    return { outcome: "ambiguous", ...nobody, ...figures, reason: "near-tie" };
  }
  return { ...winner, reason: "clear" };
}
