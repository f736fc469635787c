import { DEFAULT_KNOB } from "../confidence/knob";
import type { Phrase } from "../i18n/catalogue";
import { asContender, type ContenderName } from "./contenders";
import type { Contender, Evaluation } from "./evaluation";
import { describeModel, type LmmName } from "./identify-lmm";
import type { LabelledSet } from "./labels/labelled-set";
import type { FromRecord } from "./labels/read-record";
import type { Experiment, Laboratory, Outcome } from "./laboratory";
import { findProposals } from "./proposals/find-proposals";
import type { Heard } from "./record/heard";

/** Labelled pictures, and a way to judge them. */
export interface EvaluationPlan {
  /** The folder or list, as a person named it. */
  readonly source: string;
  readonly set: LabelledSet;
  readonly experiment: Experiment;
  /** Other ways on the same pictures. */
  readonly contenders?: readonly ContenderName[];
  /** Null: none is asked; of a record, what its LMM said counts. */
  readonly lmm: LmmName | null;
  /** The question's name or text; null: the LMM's own. */
  readonly prompt: string | null;
}

export interface EvaluationListener {
  /** Hears how many judgements there will be, before the first. */
  readonly onStart?: (total: number) => void;
  /** One more is done. */
  readonly onStep?: () => void;
  /** A change is being tried on all pictures. */
  readonly onTry?: () => void;
  /** What a person should know about how it was measured. */
  readonly note?: (phrase: Phrase) => void;
}

/** Judges the pictures in each of the ways, and proposes what to change. Throws as `evaluatePhotos` does. */
export async function runEvaluation(
  laboratory: Laboratory,
  plan: EvaluationPlan,
  { onStart, onStep, onTry, note }: EvaluationListener = {},
): Promise<Evaluation> {
  const { set, experiment, contenders: names = [] } = plan;
  if (set.fromRecord) replay(laboratory, set.fromRecord, plan.lmm, note);
  // A record has the second answers of the way in which it was decided.
  const isUnheard = set.fromRecord && !plan.lmm && experiment.mode !== "tlac";
  const rivals = names.flatMap((name) => {
    const isKnown = name !== "tlac" || !isUnheard;
    const contender = isKnown ? asContender(name, experiment, laboratory) : null;
    if (!contender) note?.({ key: "evaluation.no-contender", params: { name } });
    return contender ? [{ name, experiment: contender }] : [];
  });
  const lmm = plan.lmm ?? set.fromRecord?.lmm;
  onStart?.(set.photos.length * (1 + rivals.length));
  const judge = (one: Experiment): Promise<Outcome> =>
    laboratory.judge(set.photos, one, () => onStep?.());
  const outcome = await judge(experiment);
  const contenders: Contender[] = [];
  for (const { name, experiment: one } of rivals) {
    contenders.push({ name, figures: (await judge(one)).figures });
  }
  const proposals = await findProposals({ laboratory, experiment, outcome }, onTry);
  return {
    source: plan.source,
    date: new Date().toISOString(),
    setup: {
      mode: experiment.mode,
      accept: experiment.accept ?? DEFAULT_KNOB,
      lmm: lmm ? describeModel(lmm) : null,
      embedder: describeModel(laboratory.embedder.info),
      prompt: plan.prompt,
      examples: experiment.examples?.rows ?? 0,
    },
    classes: outcome.vocabulary.classes.map(({ id, label }) => ({ id, label })),
    photos: outcome.photos,
    figures: outcome.figures,
    contenders,
    proposals,
    unlabelled: set.unlabelled,
    ambiguous: outcome.ambiguous,
  };
}

/** What another model said is asked anew of the one that is there. */
function replay(
  laboratory: Laboratory,
  { heard }: FromRecord,
  lmm: LmmName | null,
  note: EvaluationListener["note"],
): void {
  const isSame = ({ model }: Heard): boolean => !lmm || model?.digest === lmm.digest;
  const replayed = new Map([...heard].filter(([, one]) => isSame(one)));
  laboratory.replay(replayed);
  const unheard = [...replayed.values()].filter(({ words }) => !words).length;
  if (lmm || unheard === 0) return;
  note?.({ key: "evaluation.unheard", params: { unheard, count: replayed.size } });
}
