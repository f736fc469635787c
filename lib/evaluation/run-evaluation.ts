import { DEFAULT_KNOB } from "../confidence/knob";
import type { Phrase } from "../i18n/catalogue";
import { asContender, type ContenderName } from "./contenders";
import type { Contender, Evaluation } from "./evaluation";
import { describeModel, type LmmName } from "./identify-lmm";
import type { LabelledSet } from "./labels/labelled-set";
import type { Experiment, Laboratory, Outcome } from "./laboratory";

/** Labelled pictures, and a way to judge them. */
export interface EvaluationPlan {
  /** The folder or list, as a person named it. */
  readonly source: string;
  readonly set: LabelledSet;
  readonly experiment: Experiment;
  /** Other ways on the same pictures. */
  readonly contenders?: readonly ContenderName[];
  /** Null: none is asked. */
  readonly lmm: LmmName | null;
  /** The question's name or text; null: the LMM's own. */
  readonly prompt: string | null;
}

export interface EvaluationListener {
  /** Hears how many judgements there will be, before the first. */
  readonly onStart?: (total: number) => void;
  /** One more is done. */
  readonly onStep?: () => void;
  /** What a person should know about how it was measured. */
  readonly note?: (phrase: Phrase) => void;
}

/** Judges the pictures in each of the ways. Throws as `evaluatePhotos` does. */
export async function runEvaluation(
  laboratory: Laboratory,
  plan: EvaluationPlan,
  { onStart, onStep, note }: EvaluationListener = {},
): Promise<Evaluation> {
  const { set, experiment, contenders: names = [] } = plan;
  const rivals = names.flatMap((name) => {
    const contender = asContender(name, experiment, laboratory);
    if (!contender) note?.({ key: "evaluation.no-contender", params: { name } });
    return contender ? [{ name, experiment: contender }] : [];
  });
  onStart?.(set.photos.length * (1 + rivals.length));
  const judge = (one: Experiment): Promise<Outcome> =>
    laboratory.judge(set.photos, one, () => onStep?.());
  const outcome = await judge(experiment);
  const contenders: Contender[] = [];
  for (const { name, experiment: one } of rivals) {
    contenders.push({ name, figures: (await judge(one)).figures });
  }
  return {
    source: plan.source,
    date: new Date().toISOString(),
    setup: {
      mode: experiment.mode,
      accept: experiment.accept ?? DEFAULT_KNOB,
      lmm: plan.lmm && describeModel(plan.lmm),
      embedder: describeModel(laboratory.embedder.info),
      prompt: plan.prompt,
      examples: experiment.examples?.rows ?? 0,
    },
    classes: outcome.vocabulary.classes.map(({ id, label }) => ({ id, label })),
    photos: outcome.photos,
    figures: outcome.figures,
    contenders,
    unlabelled: set.unlabelled,
    ambiguous: outcome.ambiguous,
  };
}
