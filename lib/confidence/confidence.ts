import bundled from "./coefficients.json";
import { describeWinner, type Evidence, type WinnerFeatures } from "./features";
import type { Knob } from "./knob";
import { predict, type LogisticModel } from "./logistic";

/** Coefficients, and the confidence from which on each position of the knob decides, by its number. */
export interface VoiceModel extends LogisticModel {
  readonly thresholds: Readonly<Record<string, number>>;
  /**
   * The same where these voices are one stage of a cascade, so that its stages together keep what
   * the knob accepts: without words the first one, with words the last.
   */
  readonly stage?: Readonly<Record<string, number>>;
}

/** By voices, such as "words+labels". */
export interface Coefficients {
  readonly models: Readonly<Record<string, VoiceModel>>;
}

/**
 * Fitted by `tools/fit-confidence` on labelled photos, half of them of no class, with the starter
 * model; the file says on which, when and how well. Other models borrow them until they are
 * calibrated: the features are odds, not cosines, so that they mean the same for each model.
 */
export const DEFAULT_COEFFICIENTS: Coefficients = bundled;

export interface Estimate extends WinnerFeatures {
  /** Probability 0…1 that the winner is right. */
  readonly confidence: number;
}

/** How sure the winner is; null where there is none, or nobody spoke. */
export function estimateConfidence(
  evidence: Evidence,
  coefficients: Coefficients = DEFAULT_COEFFICIENTS,
): Estimate | null {
  const estimate = estimateVoices(evidence, coefficients);
  const { learned, combined } = evidence;
  if (!estimate || !learned) return estimate;
  // A learned word makes nobody surer than the answers behind it, unless the picture does.
  const { seen, trust } = learned;
  const isSame = seen.combined.order[0] === combined.order[0];
  const alone = isSame ? estimateVoices(seen, coefficients) : null;
  const most = Math.max(trust, alone?.confidence ?? 0);
  return { ...estimate, confidence: Math.min(estimate.confidence, most) };
}

function estimateVoices(evidence: Evidence, coefficients: Coefficients): Estimate | null {
  const features = describeWinner(evidence);
  if (!features) return null;
  const model =
    coefficients.models[features.voices] ?? DEFAULT_COEFFICIENTS.models[features.voices];
  return model ? { ...features, confidence: predict(model, features.values) } : null;
}

/**
 * The confidence from which on a class is decided at a position of the knob.
 *
 * @param staged whether the voices are one stage of a cascade
 */
export function thresholdOf(
  knob: Knob,
  voices: string,
  coefficients: Coefficients = DEFAULT_COEFFICIENTS,
  staged = false,
): number {
  const model = coefficients.models[voices] ?? DEFAULT_COEFFICIENTS.models[voices];
  const thresholds = staged ? model?.stage : model?.thresholds;
  // Voices or a knob without a threshold decide nothing rather than anything.
  return thresholds?.[String(knob)] ?? 1;
}
