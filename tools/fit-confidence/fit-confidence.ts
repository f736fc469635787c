/**
 * Fits the default coefficients of `lib/confidence` on labelled photos:
 * `npx tsx tools/fit-confidence/fit-confidence.ts FOLDER...`. What it reports, and the thresholds
 * of the knob, come from cross-validation over photos, never from photos that were fitted.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Embedder } from "../../lib/clip/embedder";
import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import { describeWinner } from "../../lib/confidence/features";
import type { VoiceModel } from "../../lib/confidence/confidence";
import { DEFAULT_KNOB, KNOBS } from "../../lib/confidence/knob";
import {
  emptyModel,
  fitLogistic,
  predict,
  type LogisticModel,
} from "../../lib/confidence/logistic";
import { findPackageRoot } from "../../lib/basics/package-root";
import { seePhotos, type SeenPhoto } from "./photos";
import { createRandom } from "./random";
import { observe, type Situation } from "./scenarios";
import { describeQuality, type Outcome } from "./quality";

const FOLDS = 5;
/** Rows that a photo counts as, however many situations it was seen in. */
const ROWS_A_PHOTO = 5;
const RIDGE = 2;
const SIZES = [2, 10, 40, Infinity];
/** Wrong rows that must be allowed for their count to mean something. */
const COUNTABLE = 5;
const LIKELIER_RIGHT = 0.5;

/** A photo in a situation, heard by some of the witnesses. */
interface Row extends Outcome {
  readonly photo: SeenPhoto;
  readonly voices: string;
  readonly values: Readonly<Record<string, number>>;
  readonly situation: Situation;
  readonly set: string;
  /** Whether all witnesses that the situation has were heard. */
  readonly whole: boolean;
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
  for (const examples of [1, 2, 5, 12]) {
    for (const [classes, density] of [
      [0, 0],
      [20, 0],
      [40, 0.05],
    ] as const) {
      for (const labels of [true, false]) {
        const base = { names: "own", synonyms: true, labels, examples, classes, density } as const;
        for (let draw = 0; draw < 2; draw++) {
          yield { ...base, title: "examples", ...alternate() };
        }
      }
    }
  }
}

async function gatherRows(photos: readonly SeenPhoto[], embedder: Embedder): Promise<Row[]> {
  const rows: Row[] = [];
  let seed = 1;
  for (const situation of listSituations()) {
    for (const { photo, known, set, evidences } of await observe(
      photos,
      situation,
      embedder,
      createRandom(seed++),
    )) {
      for (const [at, { evidence, right }] of evidences.entries()) {
        const features = describeWinner(evidence);
        if (!features) continue;
        rows.push({
          ...features,
          photo,
          situation,
          set,
          known,
          right,
          whole: at === 0,
          confidence: 0,
        });
      }
    }
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  return rows;
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

/** Every row with the confidence that coefficients without its photo give it. */
function crossValidate(rows: readonly Row[], folds: ReadonlyMap<SeenPhoto, number>): Row[] {
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
function chooseThreshold(rows: readonly Outcome[], knob: number): number {
  const allowed = rows.length / knob;
  const sorted = [...rows].sort((a, b) => b.confidence - a.confidence);
  let wrong = 0;
  let expected = 0;
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

async function main(): Promise<void> {
  const folders = process.argv.slice(2);
  if (folders.length === 0) throw new Error("Give folders of labelled photos.");
  const cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-fit-"));
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  try {
    const embedder = await lease.value;
    const photos: SeenPhoto[] = [];
    for (const folder of folders) photos.push(...(await seePhotos(folder, embedder)));
    const rows = await gatherRows(photos, embedder);
    const random = createRandom(7);
    const folds = new Map(photos.map((photo) => [photo, Math.floor(random() * FOLDS)]));
    const models: Record<string, VoiceModel> = {};
    const figures: Record<string, string> = {};
    const judged: Row[] = [];
    for (const voices of [...new Set(rows.map((row) => row.voices))].sort()) {
      const own = rows.filter((row) => row.voices === voices);
      const { features, means, deviations, weights } = fit(own);
      const validated = crossValidate(own, folds);
      judged.push(...validated);
      // What a plant meets at its hardest: hundreds of classes that look alike, and as many
      // strangers; with examples, all that was tried.
      const hard = validated.filter(({ situation }) => situation.density === 0.5);
      const basis = voices.includes("examples") ? validated : hard;
      models[voices] = {
        features,
        means: means.map(round),
        deviations: deviations.map(round),
        weights: weights.map(round),
        thresholds: Object.fromEntries(
          KNOBS.map((knob) => [String(knob), round(chooseThreshold(basis, knob))]),
        ),
      };
      figures[voices] = describeQuality(validated);
    }
    for (const [voices, text] of Object.entries(figures))
      console.log(`${voices.padEnd(24)} ${text}`);
    report(judged, models);
    const provenance = {
      photos: photos.length,
      date: new Date().toISOString().slice(0, 10),
      model: `${embedder.info.name} ${embedder.info.digest}`,
      method: `${String(FOLDS)}-fold cross-validation over photos, half of them strangers`,
      figures,
    };
    const file = path.join(findPackageRoot(), "lib", "confidence", "coefficients.json");
    await writeFile(file, `${JSON.stringify({ provenance, models }, null, 2)}\n`);
  } finally {
    await lease.release();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

/** The situations in groups, at the default knob. */
function report(rows: readonly Row[], models: Readonly<Record<string, VoiceModel>>): void {
  const groups = new Map<string, Row[]>();
  for (const row of rows.filter(({ whole }) => whole)) {
    const { title, names, synonyms, labels, density, examples, classes } = row.situation;
    const key = `${title} ${names} ${synonyms ? "syn" : "---"} ${labels ? "labels" : "texts "} density ${String(density)} ${examples ? `${row.set} examples ${String(examples)} others ${String(classes)}` : ""}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const [key, own] of groups)
    console.log(
      `${key.padEnd(70)} ${describeQuality(own, (row) => models[row.voices]?.thresholds[String(DEFAULT_KNOB)] ?? 1)}`,
    );
}

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
