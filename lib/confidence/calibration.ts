import {
  DEFAULT_COEFFICIENTS,
  thresholdOf,
  type Coefficients,
  type VoiceModel,
} from "./confidence";
import { KNOBS, missingPhotos, provenThreshold, type Judged } from "./knob";
import { fitLogistic, predict, type LogisticModel, type Sample } from "./logistic";

/** A labelled photo as the witnesses saw it. */
export interface CalibrationSample extends Sample {
  /** Who spoke, as `WinnerFeatures` tells it. */
  readonly voices: string;
  /** Confidence 0…1 of a winner that a second answer chose: it proves, but nothing is fitted to it. */
  readonly settled?: number;
  /** The same photo at the stages of a cascade before, in their order. */
  readonly before?: readonly CalibrationSample[];
}

/** What the witnesses depend on: another model or mode has a calibration of its own. */
export interface CalibrationKey {
  /** Digest of the embedder. */
  readonly embedder: string;
  /** Digest of the LMM, or its name; empty without one. */
  readonly lmm: string;
  readonly mode: string;
}

/** Where labelled photos come from, and what they were judged with. */
export interface CalibrationSource {
  readonly key: CalibrationKey;
  /** Digest of the vocabulary that the photos were judged with. */
  readonly vocabulary: string;
  readonly date: Date;
  /** Photos that show none of the classes. */
  readonly strangers: number;
}

/** What a user's own labelled photos make of the default coefficients. */
export interface Calibration extends Coefficients {
  readonly version: 1;
  readonly key: CalibrationKey;
  readonly vocabulary: string;
  /** ISO 8601. */
  readonly date: string;
  /** Labelled photos that were judged, and how many of them show none of the classes. */
  readonly photos: number;
  readonly strangers: number;
  /** Thresholds that the photos prove, by the knob's number. */
  readonly proven: Readonly<Record<string, number>>;
  /** About how many more photos would prove a knob that is not proven yet. */
  readonly missing: Readonly<Record<string, number>>;
}

/** Fewer photos say nothing that the default does not know better. */
export const MIN_PHOTOS = 10;

/**
 * How many photos the default coefficients count as: 20 photos change little, 300 decide. In
 * units of the ridge, because a standardised feature of an undecided photo adds a quarter.
 */
const RIDGE = 12;

const FOLDS = 10;

/** Null below `MIN_PHOTOS`. The order of the samples matters for nothing but the folds. */
export function calibrate(
  samples: readonly CalibrationSample[],
  { key, vocabulary, date, strangers }: CalibrationSource,
): Calibration | null {
  if (samples.length < MIN_PHOTOS) return null;
  // Each photo is judged by coefficients that have not seen it: else they would prove themselves.
  const folds = Array.from({ length: FOLDS }, (_, fold) =>
    samples.filter((_sample, at) => at % FOLDS !== fold),
  );
  const judged = folds.flatMap((others, fold): (Judged & { voices: string })[] => {
    const models = fitAll(others);
    const judgeStage = ({ values, voices, right, settled }: CalibrationSample) => {
      const model = models[voices] ?? DEFAULT_COEFFICIENTS.models[voices];
      const confidence = settled ?? (model ? predict(model, values) : 0);
      return { voices, confidence, right };
    };
    return samples
      .filter((_sample, at) => at % FOLDS === fold)
      .map((sample) => ({ ...judgeStage(sample), before: sample.before?.map(judgeStage) }));
  });
  const proven: Record<string, number> = {};
  const missing: Record<string, number> = {};
  for (const knob of KNOBS) {
    const threshold = provenThreshold(judged, knob);
    if (threshold !== null) proven[String(knob)] = threshold;
    else {
      const isWrong = ({ confidence, right, voices }: (typeof judged)[number]): boolean =>
        !right && confidence >= thresholdOf(knob, voices);
      const more = missingPhotos(judged.filter(isWrong).length, judged.length, knob);
      if (more !== null) missing[String(knob)] = more;
    }
  }
  return {
    version: 1,
    key,
    vocabulary,
    date: date.toISOString(),
    photos: samples.length,
    strangers,
    models: withThresholds(fitAll(samples), proven),
    proven,
    missing,
  };
}

/** Refined coefficients for those voices that enough photos were heard of. */
function fitAll(samples: readonly CalibrationSample[]): Record<string, LogisticModel> {
  const models: Record<string, LogisticModel> = {};
  const stages = samples.flatMap((sample) => [...(sample.before ?? []), sample]);
  const fitted = stages.filter(({ settled }) => settled === undefined);
  for (const voices of new Set(fitted.map((sample) => sample.voices))) {
    const own = fitted.filter((sample) => sample.voices === voices);
    const prior = DEFAULT_COEFFICIENTS.models[voices];
    if (prior && own.length >= MIN_PHOTOS) models[voices] = fitLogistic(own, prior, RIDGE);
  }
  return models;
}

/**
 * What is proven takes the place of the default's thresholds, for all voices. A stricter knob must
 * not decide more, wherever its threshold is from.
 */
function withThresholds(
  fitted: Readonly<Record<string, LogisticModel>>,
  proven: Readonly<Record<string, number>>,
): Record<string, VoiceModel> {
  const models: Record<string, VoiceModel> = {};
  for (const [voices, model] of Object.entries(DEFAULT_COEFFICIENTS.models)) {
    const thresholds: Record<string, number> = {};
    let least = 0;
    for (const knob of KNOBS) {
      least = Math.max(least, proven[knob] ?? model.thresholds[knob] ?? 1);
      thresholds[knob] = least;
    }
    // The photos were judged by all stages together, so what they prove holds for each of them.
    models[voices] = { ...model, ...fitted[voices], thresholds, stage: thresholds };
  }
  return models;
}
