import { isJudged } from "../../../lib/evaluation/evaluated-photo";
import { BLAMES, type Blame } from "../../../lib/evaluation/blame";
import type { Evaluation } from "../../../lib/evaluation/evaluation";
import { describeVerdict } from "../../../lib/evaluation/figures/verdict";
import { duration, percent } from "../../../lib/evaluation/report/text";
import {
  translate,
  type Language,
  type MessageKey,
  type MessageParams,
} from "../../../lib/i18n/catalogue";

/** What an evaluation has shown, in the language of whoever asked for it. */
export interface EvaluationSummary {
  /** The one sentence. */
  readonly verdict: string;
  /** Shares of the judged photos, 0…1; of none where no photo could be judged. */
  readonly shares: readonly {
    readonly grade: "right" | "wrong" | "person";
    readonly name: string;
    readonly count: number;
    readonly share: number;
  }[];
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Which steps are to blame, most often first, and what helps. */
  readonly blames: readonly {
    readonly blame: Blame;
    readonly count: number;
    readonly name: string;
    readonly advice: string;
  }[];
  /** What a person should know about the photos. */
  readonly notes: readonly string[];
}

/** Labels that are named in a note. */
const MOST_LABELS = 8;

export function describeEvaluation(evaluation: Evaluation, language: Language): EvaluationSummary {
  const { figures, setup } = evaluation;
  const say: Say = (key, params = {}) => translate(key, params, language);
  const total = figures.latency.find(({ stage }) => stage === "total");
  return {
    verdict: describeVerdict(figures, language),
    shares: (["right", "wrong", "person"] as const).map((grade) => {
      const { count, share } = figures[grade];
      return { grade, name: say(`evaluation.grade-${grade}`), count, share };
    }),
    facts: [
      { name: say("evaluation.accuracy"), value: percent(figures.accuracy.share) },
      { name: say("evaluation.setup-mode"), value: setup.mode },
      { name: say("evaluation.setup-lmm"), value: setup.lmm ?? "–" },
      { name: say("evaluation.calls"), value: figures.lmmCalls.toFixed(2) },
      ...(total
        ? [
            {
              name: say("evaluation.time"),
              value: `${duration(total.p50)} · ${duration(total.p95)}`,
            },
          ]
        : []),
      { name: say("evaluation.setup-examples"), value: String(setup.examples) },
    ],
    blames: BLAMES.flatMap((blame) => {
      const count = figures.blames[blame] ?? 0;
      const name = say(`evaluation.blame-${blame}`);
      return count > 0 ? [{ blame, count, name, advice: say(`evaluation.advice-${blame}`) }] : [];
    }).sort((a, b) => b.count - a.count),
    notes: describeNotes(evaluation, say),
  };
}

type Say = (key: MessageKey, params?: MessageParams) => string;

function describeNotes({ photos, unlabelled, ambiguous }: Evaluation, say: Say): string[] {
  const strangers = photos.filter((photo) => isJudged(photo) && photo.truth === null);
  const labels = [...new Set(strangers.map(({ label }) => label))];
  const shown = labels.slice(0, MOST_LABELS).join(", ");
  return [
    ...ambiguous.map(({ label, classes }) =>
      say("evaluation.ambiguous-label", { label, classes: classes.join(", ") }),
    ),
    ...(strangers.length > 0
      ? [
          say("evaluation.strangers", {
            count: strangers.length,
            labels: labels.length > MOST_LABELS ? `${shown} …` : shown,
          }),
        ]
      : []),
    ...(unlabelled.length > 0 ? [say("evaluation.unlabelled", { count: unlabelled.length })] : []),
  ];
}
