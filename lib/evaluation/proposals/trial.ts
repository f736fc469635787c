import type { Phrase } from "../../i18n/catalogue";
import type { Experiment, Laboratory, Outcome } from "../laboratory";
import type { Change } from "./change";
import type { CrossValidation, Measured } from "./cross-validate";

/** A change with what it does on photos that it was not made from. */
export interface Tried {
  readonly change: Change;
  readonly reason: Phrase;
  readonly measured: Measured;
}

/** A change of which nobody knows what it does. */
export type Untried = Omit<Tried, "measured">;

/** An evaluation, and what its LMM was asked. */
export interface Trial {
  readonly laboratory: Pick<
    Laboratory,
    "judgeUnasked" | "see" | "canAsk" | "canAskAnew" | "embedder"
  >;
  readonly experiment: Experiment;
  readonly outcome: Pick<Outcome, "photos" | "vocabulary">;
}

/** What a trial's steps need. */
export interface TrialBench extends Trial {
  readonly check: CrossValidation;
  /** The knob. */
  readonly accept: number;
}
