import { describeWinner, type WinnerFeatures } from "../../lib/confidence/features";
import type { Coefficients, VoiceModel } from "../../lib/confidence/confidence";
import { KNOBS, type Knob } from "../../lib/confidence/knob";
import {
  emptyModel,
  fitLogistic,
  predict,
  type LogisticModel,
} from "../../lib/confidence/logistic";
import type { Embedder } from "../../lib/clip/embedder";
import type { SeenPhoto } from "./photos";
import type { Outcome } from "./quality";
import { createRandom } from "./random";
import { observe, type Situation } from "./scenarios";

export const FOLDS = 5;
/** Rows that a photo counts as, however many situations it was seen in. */
const ROWS_A_PHOTO = 5;
const RIDGE = 2;
const SIZES = [2, 10, 40, Infinity];
/** Wrong rows that must be allowed for their count to mean something. */
const COUNTABLE = 5;
const LIKELIER_RIGHT = 0.5;

/** A photo in a situation, heard by some of the witnesses. */
export interface Row extends Outcome, WinnerFeatures {
  readonly id: number;
  /** The row of what a cascade hears of the photo first, without words; absent where it is that itself. */
  readonly first?: number | undefined;
  readonly photo: SeenPhoto;
  readonly situation: Situation;
  readonly set: string;
  /** Whether all witnesses that the situation has were heard. */
  readonly whole: boolean;
}

export type Folds = ReadonlyMap<SeenPhoto, number>;

/** Draws the fold of each photo. */
export function drawFolds(photos: readonly SeenPhoto[]): Folds {
  const random = createRandom(7);
  return new Map(photos.map((photo) => [photo, Math.floor(random() * FOLDS)]));
}

/** All combinations of what matters most; the rest alternates. */
function* listSituations(): Generator<Situation> {
  let number = 0;
  const alternate = () => ({ probabilities: number++ % 2 === 0 });
  for (const names of ["own", "other"] as const) {
    for (const synonyms of [true, false]) {
      for (const labels of [true, false]) {
        const base = { names, synonyms, labels, examples: 0 };
        for (const density of [0.5, 0.5, 0.5, 0.5, 0.1]) {
          yield { ...base, ...alternate(), title: "many classes", density, classes: Infinity };
        }
        for (const classes of SIZES) {
          yield { ...base, ...alternate(), title: "few classes", density: 0, classes };
        }
      }
    }
  }
  for (const [examples, draws] of [
    [1, 3],
    [2, 3],
    [5, 4],
    [10, 5],
    [15, 8],
  ] as const) {
    const base = { title: "examples", names: "own", synonyms: true, examples } as const;
    for (const [classes, density] of [
      [20, 0],
      [40, 0.05],
    ] as const) {
      for (const labels of [true, false]) {
        yield { ...base, ...alternate(), labels, classes, density };
      }
    }
    // The set's own classes alone, as a plant inspects: the more examples, the fewer photos are left.
    for (let draw = 0; draw < 2 * draws; draw++) {
      yield { ...base, ...alternate(), labels: draw % 2 === 0, classes: 0, density: 0 };
    }
  }
}

/** Every photo in every situation, by each combination of witnesses. */
export async function gatherRows(photos: readonly SeenPhoto[], embedder: Embedder): Promise<Row[]> {
  const rows: Row[] = [];
  let seed = 1;
  for (const situation of listSituations()) {
    const random = createRandom(seed++);
    const observed = await observe(photos, situation, embedder, random);
    for (const { photo, known, set, evidences } of observed) {
      const start = rows.length;
      const heard = evidences.flatMap(({ evidence, right }, at) => {
        const features = describeWinner(evidence);
        return features ? [{ evidence, right, features, whole: at === 0 }] : [];
      });
      for (const [at, { evidence, right, features, whole }] of heard.entries()) {
        const { words, sight, examples } = evidence;
        const first = heard.findIndex(
          ({ evidence: other }) =>
            words && !other.words && other.sight === sight && other.examples === examples,
        );
        const facts = { photo, situation, set, known, right, whole, confidence: 0 };
        const place = { id: start + at, first: first < 0 ? undefined : start + first };
        rows.push({ ...features, ...facts, ...place });
      }
    }
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  return rows;
}

/** A model for each combination of voices, with the rows that judged their thresholds. */
export interface Fitted {
  readonly coefficients: Coefficients;
  /** Every row with the confidence that coefficients without its photo give it. */
  readonly judged: ReadonlyMap<string, readonly Row[]>;
}

/** Fits the coefficients; the thresholds come from cross-validation over the photos' folds. */
export function fitCoefficients(rows: readonly Row[], folds: Folds): Fitted {
  const models: Record<string, VoiceModel> = {};
  const judged = new Map<string, readonly Row[]>();
  for (const voices of [...new Set(rows.map((row) => row.voices))].sort()) {
    const own = rows.filter((row) => row.voices === voices);
    const { features, means, deviations, weights } = fit(own);
    const validated = crossValidate(own, folds);
    judged.set(voices, validated);
    const hardest = listHardest(validated);
    models[voices] = {
      features,
      means: means.map(round),
      deviations: deviations.map(round),
      weights: weights.map(round),
      thresholds: chooseThresholds((knob) =>
        Math.max(...hardest.map((some) => chooseThreshold(some, knob))),
      ),
    };
  }
  return { coefficients: { models: chooseStages(models, judged) }, judged };
}

/**
 * Adds the thresholds for the stages of a cascade, which share what may be wrong: the first stage
 * half of it, the last one what is left.
 */
function chooseStages(
  models: Readonly<Record<string, VoiceModel>>,
  judged: Fitted["judged"],
): Record<string, VoiceModel> {
  const rows = new Map([...judged.values()].flat().map((row) => [row.id, row]));
  const staged: Record<string, VoiceModel> = { ...models };
  const add = (voices: string, stage: Record<string, number>): void => {
    staged[voices] = { ...(models[voices] as VoiceModel), stage };
  };
  const isLast = (voices: string): boolean => voices.includes("words");
  for (const [voices, own] of judged) {
    if (isLast(voices)) continue;
    const hardest = listHardest(own);
    add(
      voices,
      chooseThresholds((knob) =>
        Math.max(...hardest.map((some) => chooseThreshold(some, 2 * knob))),
      ),
    );
  }
  for (const [voices, own] of judged) {
    const firstOf = ({ first = -1 }: Row): Row | undefined => rows.get(first);
    const asked = own.filter((row) => firstOf(row));
    if (!isLast(voices) || asked.length === 0) continue;
    const hardest = listHardest(asked);
    add(
      voices,
      chooseThresholds((knob) => {
        const settled = (row: Row): Row | undefined => {
          const first = firstOf(row);
          const least = staged[first?.voices ?? ""]?.stage?.[String(knob)] ?? 1;
          return first && first.confidence >= least ? first : undefined;
        };
        return Math.max(
          ...hardest.map((some) =>
            chooseThreshold(
              some.filter((row) => !settled(row)),
              knob,
              some.flatMap((row) => settled(row) ?? []),
            ),
          ),
        );
      }),
    );
  }
  return staged;
}

/** A threshold for each position of the knob, never lower for a stricter one. */
function chooseThresholds(choose: (knob: Knob) => number): Record<string, number> {
  let least = 0;
  return Object.fromEntries(
    KNOBS.map((knob) => [String(knob), round((least = Math.max(least, choose(knob))))]),
  );
}

/**
 * What a plant meets at its hardest, each of which must keep to the knob: hundreds of classes that
 * look alike, with as many strangers; with examples, the classes of one set alone, whose parts are
 * told apart by nothing else.
 */
function listHardest(rows: readonly Row[]): (readonly Row[])[] {
  const crowded = rows.filter(({ situation }) => situation.density === 0.5);
  const closed = rows.filter(({ situation, known }) => situation.title === "examples" && known);
  const alone = closed.filter(({ situation }) => situation.classes === 0);
  const sets = [...new Set(alone.map(({ set }) => set))].map((set) =>
    alone.filter((row) => row.set === set),
  );
  const found = [crowded, ...sets].filter(({ length }) => length > 0);
  return found.length > 0 ? found : [rows];
}

/** For each photo the coefficients, thresholds included, that know nothing of it. */
export function refit(rows: readonly Row[], folds: Folds): (photo: SeenPhoto) => Coefficients {
  const byFold = Array.from({ length: FOLDS }, (_, fold) => {
    const others = rows.filter(({ photo }) => folds.get(photo) !== fold);
    return fitCoefficients(others, folds).coefficients;
  });
  return (photo) => byFold[folds.get(photo) ?? 0] as Coefficients;
}

/** Weighs the rows so that each photo counts alike, and fits. */
function fit(rows: readonly Row[]): LogisticModel {
  const counts = new Map<SeenPhoto, number>();
  for (const { photo } of rows) counts.set(photo, (counts.get(photo) ?? 0) + 1);
  const samples = rows.map(({ values, right, photo }) => ({
    values,
    right,
    weight: ROWS_A_PHOTO / (counts.get(photo) ?? 1),
  }));
  return fitLogistic(samples, emptyModel(samples), RIDGE);
}

function crossValidate(rows: readonly Row[], folds: Folds): Row[] {
  return Array.from({ length: FOLDS }, (_, fold) => fold).flatMap((fold) => {
    const others = rows.filter(({ photo }) => folds.get(photo) !== fold);
    const own = rows.filter(({ photo }) => folds.get(photo) === fold);
    if (others.length === 0 || own.length === 0) return [];
    const model = fit(others);
    return own.map((row) => ({ ...row, confidence: predict(model, row.values) }));
  });
}

/**
 * The lowest threshold at which at most 1 in `knob` of the rows is decided and wrong. Where too few
 * wrong ones are allowed to be counted, the confidence itself must expect no more.
 */
function chooseThreshold(
  rows: readonly Outcome[],
  knob: number,
  /** Rows that are decided already, and count as well. */
  decided: readonly Outcome[] = [],
): number {
  const allowed = (rows.length + decided.length) / knob;
  const sorted = [...rows].sort((a, b) => b.confidence - a.confidence);
  let wrong = decided.filter(({ right }) => !right).length;
  let expected = decided.reduce((sum, { confidence }) => sum + 1 - confidence, 0);
  let threshold = 1;
  for (const { confidence, right } of sorted) {
    wrong += right ? 0 : 1;
    expected += 1 - confidence;
    if (wrong > allowed || (allowed < COUNTABLE && expected > allowed)) break;
    threshold = confidence;
  }
  // Where nearly all are right, even a guess would pass: but not where others are met.
  return Math.max(threshold, LIKELIER_RIGHT);
}

const round = (value: number): number => Number(value.toPrecision(5));
