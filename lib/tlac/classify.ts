/**
 * From one frame to one result. Witnesses testify: the LMM's words, the sight of the image tower,
 * and the examples that a person confirmed. A mode says what the LMM is asked:
 *
 * - `clip`: nothing; sight and examples alone.
 * - `slac`: what it sees (the paper's single stage).
 * - `tlac`: then, which of the whole class list that is (the paper's two stages; arXiv 2503.12206).
 * - `cascade`: what it sees, where sight and examples alone are not sure enough; a near-tie pays
 *   for a second call about the near classes only.
 */
import { freezeDeep } from "../basics/freeze-deep";
import type { Calibration, CalibrationKey } from "../confidence/calibration";
import type { Estimate } from "../confidence/confidence";
import type { Evidence } from "../confidence/features";
import type { Knob } from "../confidence/knob";
import { factsOf, type Frame } from "../frame/frame";
import type { AnswerFilter } from "../lmm/answer-filter";
import type { AnswerForm } from "../lmm/answer-forms";
import type { Lmm, LmmTimings } from "../lmm/lmm";
import type { VocabularyIndex } from "../match/vocabulary-index";
import type { ExampleIndex } from "../witness/examples";
import { calibrationKey } from "./calibration-key";
import { Cascade, mayDecideUnasked } from "./cascade";
import { UNSEEN, type Finding, type Words } from "./finding";
import { Inquiry } from "./inquiry";
import type { DecisionRules } from "./judge";
import { findByImage, findByWholeList, findByWords } from "./modes";
import type { ReconcileMemo } from "./reconcile-memo";
import type { Mode, Result } from "./result";
import { Ruling } from "./ruling";
import { isSpotChecked } from "./spot-check";
import { StepClock } from "./step-clock";
import type { StepReport } from "./steps";

export type { Words } from "./finding";

/** What a decision needs besides the frame. */
export interface ClassifyOptions {
  readonly mode: Mode;
  /** May be null in mode `clip`. */
  readonly lmm: Lmm | null;
  readonly index: VocabularyIndex;
  /** Pictures that a person confirmed, of the vocabulary that `index` has. */
  readonly examples?: ExampleIndex | undefined;
  /** Whether the image tower testifies; default: where the model has one. */
  readonly sight?: boolean;
  /** The knob: accept at most 1 wrong in so many judged pictures; default 50. */
  readonly accept?: Knob | undefined;
  /** What the user's own labelled photos have shown; those of other models or modes do not count. */
  readonly calibrations?: readonly Calibration[] | undefined;
  /** What flows made for version 0.1 still demand beside the confidence. */
  readonly rules?: Partial<DecisionRules>;
  /** What the LMM is asked about the image. */
  readonly prompt?: string;
  /** How it is to answer that; default: names alone. */
  readonly answer?: AnswerForm;
  /** The user's rules on what the LMM says, before it is matched. */
  readonly filter?: AnswerFilter;
  /** Second answers that need not be paid for again. */
  readonly memo?: ReconcileMemo;
  /** Shows the image again with the second question of a cascade. */
  readonly secondLook?: boolean;
  /** A cascade asks the LMM about every image, also where sight and examples are sure enough. */
  readonly askAlways?: boolean;
  /**
   * Share 0…1 of the images decided without the LMM about which it is asked all the same, so that
   * drift shows; default 0.01.
   */
  readonly spotChecks?: number;
  /** Milliseconds that making the frame took, for the result's timings. */
  readonly frameMs?: number;
  /** Hears of each step, for whoever watches a decision happen. */
  readonly onStep?: (report: StepReport) => void;
  readonly signal?: AbortSignal;
}

/** A result with what its confidence was computed from. */
export interface Judgement {
  readonly result: Result;
  /**
   * Of each stage in the order in which a cascade hears them, also of those that it could have done
   * without; of other modes one. Empty where nobody spoke.
   */
  readonly stages: readonly StageEstimate[];
  /** Of the decision; null where nobody spoke. */
  readonly estimate: Estimate | null;
  readonly evidence: Evidence;
  /** Calls that a flow would have made; the result has those that the stages cost, too. */
  readonly calls: readonly LmmTimings[];
  /** The picture is one of the examples: what it shows of the decision is too kind. */
  readonly isExample: boolean;
  /** What a calibration by such judgements is kept under. */
  readonly key: CalibrationKey;
}

export interface StageEstimate extends Estimate {
  /** Id of the class that was likeliest then. */
  readonly winner: string;
  /** A second answer chose it. */
  readonly settled: boolean;
}

/**
 * Classifies one frame. Throws `BAD_CONFIG` where the mode does not fit the models, and what the
 * LMM and the embedder throw; a failure is never a class.
 */
export async function classifyFrame(frame: Frame, options: ClassifyOptions): Promise<Result> {
  const { inquiry, ruling } = open(options);
  return tell(ruling, await gather(inquiry, ruling, frame), frame);
}

/** One after the other, because each costs an LMM or an image tower its whole attention. */
export async function classifyFrames(
  frames: readonly Frame[],
  options: ClassifyOptions,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const frame of frames) results.push(await classifyFrame(frame, options));
  return results;
}

/**
 * Whether sight and examples may decide about all frames without the LMM: in a cascade, where no
 * frame is due for a spot check. To be asked before anything waits for a turn at the image tower.
 */
export function maySettle(frames: readonly Frame[], options: ClassifyOptions): boolean {
  if (options.mode !== "cascade" || !mayDecideUnasked(options)) return false;
  return !frames.some((frame) => isSpotChecked(frame, options));
}

/**
 * What sight and examples decide by themselves in a cascade, without a turn at the LMM; undefined
 * where it has to be asked about any of the frames, and in other modes. Throws `BAD_CONFIG` as
 * `classifyFrame` does, whatever the frames show.
 */
export async function settleFrames(
  frames: readonly Frame[],
  options: ClassifyOptions,
): Promise<Result[] | undefined> {
  if (!maySettle(frames, options)) return undefined;
  const results: Result[] = [];
  for (const frame of frames) {
    const { inquiry, ruling } = open(options);
    const finding = await new Cascade(inquiry, ruling).decideUnasked(frame);
    if (!finding) return undefined;
    results.push(tell(ruling, finding, frame));
  }
  return results;
}

/**
 * As `classifyFrame`, with the evidence in numbers. Throws also the failure of a question that the
 * decision could have done without: it would measure the server.
 *
 * @param hearAll all stages of a cascade are heard, for whoever calibrates, whatever that costs in
 *   calls
 */
export async function judgeFrame(
  frame: Frame,
  options: ClassifyOptions,
  hearAll = true,
): Promise<Judgement> {
  const { inquiry, ruling } = open(options);
  const cascade = new Cascade(inquiry, ruling, hearAll);
  const isCascade = options.mode === "cascade";
  const finding = await (isCascade ? cascade.decide(frame) : gather(inquiry, ruling, frame));
  const { classes } = options.index.vocabulary;
  const stages = (isCascade ? cascade.stages : [finding]).flatMap((stage) => {
    const winner = classes[stage.evidence.combined.order[0] ?? -1];
    const estimate = ruling.estimate(stage);
    const settled = stage.second !== undefined;
    return winner && estimate ? [{ ...estimate, winner: winner.id, settled }] : [];
  });
  const same = inquiry.features && options.examples?.find(inquiry.features);
  const isExample = same ? same.size > 0 : false;
  if (inquiry.failure) throw inquiry.failure;
  const { evidence } = finding;
  const estimate = ruling.estimate(finding);
  const key = calibrationKey(options, inquiry.knownModel);
  const calls = isCascade ? inquiry.lmmCalls.slice(0, cascade.calls) : inquiry.lmmCalls;
  return {
    result: tell(ruling, finding, frame),
    stages,
    estimate,
    evidence,
    calls,
    isExample,
    key,
  };
}

/** Matches words that were found elsewhere: the second half of mode `slac`, without an image. */
export async function classifyWords(
  words: Words,
  options: Omit<ClassifyOptions, "mode" | "lmm">,
): Promise<Result> {
  const { inquiry, ruling } = open({ ...options, mode: "slac", lmm: null });
  return freezeDeep(ruling.conclude(await inquiry.match(words, UNSEEN)));
}

function open(options: ClassifyOptions): { inquiry: Inquiry; ruling: Ruling } {
  const inquiry = new Inquiry(options, new StepClock(options.frameMs ?? 0));
  return { inquiry, ruling: new Ruling(inquiry) };
}

function gather(inquiry: Inquiry, ruling: Ruling, frame: Frame): Promise<Finding> {
  switch (inquiry.options.mode) {
    case "clip":
      return findByImage(inquiry, frame);
    case "slac":
      return findByWords(inquiry, ruling, frame);
    case "tlac":
      return findByWholeList(inquiry, frame);
    case "cascade":
      return new Cascade(inquiry, ruling).decide(frame);
  }
}

function tell(ruling: Ruling, finding: Finding, frame: Frame): Result {
  return freezeDeep({ ...ruling.conclude(finding), ...factsOf(frame) });
}
