import { KNOBS, type Knob } from "../../confidence/knob";
import { answerOf, renderPrompt } from "../../lmm/prompts/render-prompt";
import { PROMPT_DOMAINS } from "../../lmm/prompts/prompt-domains";
import { MODES } from "../../tlac/result";
import { gradeOf } from "../evaluated-photo";
import type { Experiment } from "../laboratory";
import type { Change } from "./change";
import type { Fold, Measured } from "./cross-validate";
import type { Tried, TrialBench, Untried } from "./trial";
import { benefitOf, type Grades } from "./score";

/** A setting that was tried on all photos. */
interface Option<T> {
  readonly value: T;
  readonly grades: Grades;
}

/** Other modes, as far as what the LMM has said decides them. */
export async function tryModes(bench: TrialBench): Promise<Tried[]> {
  const { laboratory, experiment } = bench;
  const modes = MODES.filter((mode) => {
    if (mode === experiment.mode) return false;
    if (mode === "clip") return laboratory.embedder.info.hasVision;
    if (mode === "slac") return true;
    // A record has the second answers of the way in which it was decided.
    return mode === "tlac" ? laboratory.canAskAnew : laboratory.canAsk;
  });
  const options = await replayAll(bench, modes, (mode) => ({ ...experiment, mode }));
  return tryBest(bench, options, (mode) => ({ kind: "mode", mode })).map((one) => ({
    ...one,
    reason: { key: "evaluation.reason-mode", params: { now: experiment.mode } },
  }));
}

/** Questions that the LMM was asked in another evaluation. */
export async function tryPrompts(bench: TrialBench): Promise<Tried[]> {
  const { experiment, outcome, laboratory } = bench;
  if (experiment.mode === "clip" || !laboratory.canAskAnew) return [];
  const vocabulary = outcome.vocabulary.classes.map(({ label }) => label);
  const ask = (name: string): Experiment => ({
    ...experiment,
    prompt: renderPrompt(name, { vocabulary }),
    answer: answerOf(name),
  });
  const names = PROMPT_DOMAINS.map(({ name }) => name).filter(
    (name) => ask(name).prompt !== experiment.prompt,
  );
  const options = await replayAll(bench, names, ask);
  return tryBest(bench, options, (prompt) => ({ kind: "prompt", prompt })).map((one) => ({
    ...one,
    reason: { key: "evaluation.reason-prompt" },
  }));
}

/** Photos that nobody named, from which on another question is worth an evaluation. */
const LEAST_UNNAMED = 3;
const UNNAMED_SHARE = 0.3;

/** Another question, where what the LMM says is what fails most. */
export function suggestPrompt({ check, laboratory }: TrialBench): Untried[] {
  if (!laboratory.canAskAnew) return [];
  const wanting = check.photos.filter((photo) => gradeOf(photo) !== "right");
  const count = wanting.filter(({ blame }) => blame === "unnamed").length;
  if (count < LEAST_UNNAMED || count < UNNAMED_SHARE * wanting.length) return [];
  const prompts = PROMPT_DOMAINS.map(({ name }) => name).join(", ");
  const reason = { key: "evaluation.reason-prompts", params: { count, prompts } } as const;
  return [{ change: { kind: "prompt", prompt: null }, reason }];
}

/**
 * Another position of the knob: the laxest that keeps what the one that is set allows on these
 * photos. A laxer one is no more than a hope where they are fewer than it takes for one error.
 */
export async function tryAccept(bench: TrialBench): Promise<Tried[]> {
  const { check, experiment, accept } = bench;
  const others = KNOBS.filter((knob) => knob !== accept);
  const options = await replayAll(bench, others, (knob) => ({ ...experiment, accept: knob }));
  const now = { value: accept as Knob, grades: check.before };
  const sorted = [...options, now].sort((a, b) => a.value - b.value);
  const choose = (photos: Fold["others"]): Option<Knob> | undefined =>
    sorted.find(({ value, grades }) => {
      const { after } = check.compareOn(photos, grades);
      return after.wrong * accept <= photos.length && (value >= accept || photos.length >= accept);
    }) ?? sorted.at(-1);
  const chosen = choose(check.photos);
  if (!chosen || chosen.value === accept) return [];
  const measured = check.score(chosen.grades, ({ others: made }) => choose(made) === chosen);
  const reason = `evaluation.reason-${chosen.value < accept ? "laxer" : "stricter"}` as const;
  return [
    {
      change: { kind: "accept", accept: chosen.value },
      reason: { key: reason, params: { now: accept } },
      measured,
    },
  ];
}

async function replayAll<T>(
  { check }: TrialBench,
  values: readonly T[],
  toExperiment: (value: T) => Experiment,
): Promise<Option<T>[]> {
  const options: Option<T>[] = [];
  for (const value of values) {
    const grades = await check.replay(toExperiment(value));
    if (grades) options.push({ value, grades });
  }
  return options;
}

/** The best one, counted where it would have been chosen from the other photos as well. */
function tryBest<T>(
  { check, accept }: TrialBench,
  options: readonly Option<T>[],
  toChange: (value: T) => Change,
): { change: Change; measured: Measured }[] {
  const choose = (photos: Fold["others"]): Option<T> | undefined => {
    const benefits = options.map((option) => ({
      option,
      benefit: benefitOf(check.compareOn(photos, option.grades), accept),
    }));
    return benefits.filter(({ benefit }) => benefit > 0).sort((a, b) => b.benefit - a.benefit)[0]
      ?.option;
  };
  const best = choose(check.photos);
  if (!best) return [];
  const measured = check.score(best.grades, ({ others }) => choose(others) === best);
  return [{ change: toChange(best.value), measured }];
}
