import { estimateConfidence, type Coefficients, type Estimate } from "../confidence/confidence";
import type { Evidence } from "../confidence/features";
import { confidenceAfter, type Choice } from "../confidence/second-answer";
import type { Candidate } from "../lmm/lmm";
import type { SightTestimony } from "../match/testimonies";
import type { Testimony } from "../witness/testimony";
import type { CascadeStage, SpotCheck } from "./result";

/** Words to match, wherever they come from. */
export interface Words {
  readonly candidates: readonly Candidate[];
  readonly description: string;
  /** A rule has said that this is none of the classes. */
  readonly forcedUnknown?: boolean;
}

/** What the image alone tells: sight and examples. */
export interface Seen {
  readonly sight: SightTestimony | null;
  readonly examples: Testimony | null;
}

/** What a mode finds out, before it becomes a result. */
export interface Finding {
  readonly words: Words;
  readonly evidence: Evidence;
  /** A second question's answer, and the evidence before it. */
  readonly second?: { readonly choice: Choice; readonly before: Evidence };
  readonly fromMemo: boolean;
  /** Of a cascade: where it stopped. */
  readonly stage?: CascadeStage;
  /** Whether other stages of a cascade could have decided too, so that they share the knob. */
  readonly staged?: boolean;
  readonly spotCheck?: SpotCheck;
}

export const NO_WORDS: Words = { candidates: [], description: "" };
export const UNSEEN: Seen = { sight: null, examples: null };

/** How sure the winner is, by the evidence and by what a second answer adds to it. */
export function estimateFinding(
  { evidence, second }: Finding,
  coefficients: Coefficients,
): Estimate | null {
  if (!second) return estimateConfidence(evidence, coefficients);
  const before = estimateConfidence(second.before, coefficients);
  if (!before) return null;
  const { combined } = second.before;
  return { ...before, confidence: confidenceAfter(second.choice, before.confidence, combined) };
}
