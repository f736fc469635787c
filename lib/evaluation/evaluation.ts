import type { EvaluatedPhoto } from "./evaluated-photo";
import type { Figures } from "./figures/figures";
import type { LabelMatch } from "./labels/match-labels";
import type { Proposal } from "./proposals/proposal";

/** What pictures were judged with. */
export interface EvaluationSetup {
  readonly mode: string;
  /** The knob: at most 1 wrong in so many is accepted. */
  readonly accept: number;
  /** Name and digest; null: no LMM was asked. */
  readonly lmm: string | null;
  readonly embedder: string;
  /** The prompt's name or text; null: the LMM's own. */
  readonly prompt: string | null;
  /** Confirmed pictures that testified. */
  readonly examples: number;
}

/** One way to judge, and how good it was on the same pictures. */
export interface Contender {
  readonly name: string;
  readonly figures: Figures;
}

/** Labelled pictures, how they were judged, and how good that was. */
export interface Evaluation {
  /** The folder or list, as it was named. */
  readonly source: string;
  /** ISO 8601. */
  readonly date: string;
  readonly setup: EvaluationSetup;
  readonly classes: readonly { readonly id: string; readonly label: string }[];
  readonly photos: readonly EvaluatedPhoto[];
  readonly figures: Figures;
  /** Other ways on the same pictures; empty where none was asked for. */
  readonly contenders: readonly Contender[];
  /** What to change, the most useful first. */
  readonly proposals: readonly Proposal[];
  /** Pictures that nothing says a label of. */
  readonly unlabelled: readonly string[];
  readonly ambiguous: LabelMatch["ambiguous"];
}
