/**
 * Measures what the README and the defaults rest on:
 * `npm run bench -- <folder of photos>... [--only accuracy,replay] [--figure curve.png]`. Photos are named
 * `x_the_name.jpg` or lie in class folders. Speeds are ratios within one run where they are held
 * against a bound, because a machine's speed drifts. `--refit` measures what rests on confidences on
 * photos that the bundled coefficients were fitted on: each photo is judged by coefficients that
 * were fitted without it. `--speed [--json] [--pictures 10000]` measures each row of docs/speed.md, and ends
 * with 1 where a goal is missed. `--help` lists the parts.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import type { Embedder } from "../lib/clip/embedder";
import { acquireEmbedder } from "../lib/clip/shared-embedders";
import { DEFAULT_COEFFICIENTS, type Coefficients } from "../lib/confidence/confidence";
import type { LabelledPhoto } from "../lib/evaluation/labels/labelled-set";
import { readLabels } from "../lib/evaluation/labels/read-labels";
import { drawFolds, gatherRows, refit } from "../tools/fit-confidence/fit";
import { seePhotos, type SeenPhoto } from "../tools/fit-confidence/photos";
import { measureAccuracy } from "./accuracy";
import { measureAnswers } from "./answers";
import { measureCorrections, measureCorrectionsWithLmm } from "./corrections";
import { measureDecisions } from "./decisions";
import { measureEmbedding } from "./embedding";
import { measureEvaluation } from "./evaluation";
import { measureExamples } from "./examples";
import { measureLoopLag } from "./loop-lag";
import { measureMatching } from "./matching";
import { measureOllamaModes } from "./ollama-modes";
import { printFigure, printTitle } from "./print";
import { measureReplay } from "./replay";
import { measureSceneGate } from "./scene";
import { measureSpeed } from "./speed/speed";
import { measureSpotChecks } from "./spot-checks";
import { measureLargeVocabulary, measureWitnessCost } from "./witness-cost";

interface Material {
  /** Those named `x_the_name.jpg`: each shows another thing. */
  readonly named: readonly LabelledPhoto[];
  /** All, with what the image tower saw. */
  readonly seen: readonly SeenPhoto[];
  /** What makes confidences of what is heard about a photo. */
  readonly coefficientsOf: (photo: LabelledPhoto) => Coefficients;
  readonly embedder: Embedder;
  readonly cacheDir: string;
  /** File of the corrections' curve, where one is wanted. */
  readonly figure: string | undefined;
}

type Part = (material: Material) => Promise<void> | void;

/** What only photos of many different things can tell. */
const OF_NAMED: Readonly<Record<string, Part>> = {
  accuracy: ({ named, embedder }) => measureAccuracy(named, embedder),
  modes: ({ named, embedder, cacheDir, coefficientsOf }) =>
    measureOllamaModes(named, embedder, cacheDir, coefficientsOf),
  answers: ({ named, embedder }) => measureAnswers(named, embedder),
  evaluation: ({ named, embedder, cacheDir }) => measureEvaluation(named, embedder, cacheDir),
  replay: ({ named, embedder, cacheDir }) => measureReplay(named, embedder, cacheDir),
  witnesses: ({ named, embedder }) => measureWitnessCost(named, embedder),
};

const OF_ALL: Readonly<Record<string, Part>> = {
  decisions: async ({ seen, embedder, coefficientsOf }) => {
    await measureDecisions(seen, embedder, coefficientsOf);
    await measureExamples(seen, embedder, coefficientsOf);
  },
  "spot-checks": ({ seen, embedder, coefficientsOf }) =>
    measureSpotChecks(seen, embedder, coefficientsOf),
  corrections: ({ seen, figure }) => measureCorrections(seen, figure),
  "corrections-lmm": ({ seen, embedder }) => measureCorrectionsWithLmm(seen, embedder),
  matching: async ({ embedder }) => {
    measureLargeVocabulary();
    await measureMatching(embedder);
  },
  scene: ({ seen }) => measureSceneGate(seen.map(({ file }) => file)),
  embedding: ({ cacheDir }) => measureEmbedding(cacheDir),
  lag: ({ cacheDir }) => measureLoopLag(cacheDir),
};

const PARTS: Readonly<Record<string, Part>> = { ...OF_NAMED, ...OF_ALL };

/** What rests on confidences: `--refit` measures nothing else. */
const REFITTED = ["modes", "decisions", "spot-checks"];

const HELP = `npm run bench -- FOLDER... [options]
npm run bench -- --speed [--json] [--pictures 10000]

Folders hold photos named x_the_name.jpg, or class folders.
  --only PART,PART   some parts (all: ${Object.keys(PARTS).join(", ")})
  --refit            each photo by coefficients that were fitted without it (${REFITTED.join(", ")})
  --figure FILE      writes the curve of the part corrections
  --speed            each row of docs/speed.md, without photos; ends with 1 where a goal is missed
  --json             the same as JSON
  --pictures NUMBER  how many pictures the memory of a process is measured with
  --help             this`;

async function main(): Promise<void> {
  const { values, positionals: folders } = parseArgs({
    allowPositionals: true,
    options: {
      refit: { type: "boolean", default: false },
      only: { type: "string" },
      figure: { type: "string" },
      speed: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      pictures: { type: "string", default: "10000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.speed) {
    if (!(await measureSpeed(values.json, Number(values.pictures)))) process.exitCode = 1;
    return;
  }
  if (folders.length === 0) throw new Error("Give folders of labelled photos.");
  const chosen = chooseParts(values.only, values.refit);
  const cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-bench-"));
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  try {
    const embedder = await lease.value;
    const { named, seen } = await gather(folders, embedder);
    const coefficientsOf = values.refit
      ? await refitAll(seen, embedder)
      : (): Coefficients => DEFAULT_COEFFICIENTS;
    const { figure } = values;
    const material = { named, seen, coefficientsOf, embedder, cacheDir, figure };
    for (const [name, measure] of chosen) {
      if (named.length > 0 || !(name in OF_NAMED)) await measure(material);
      else console.log(`\nThere is no photo named x_the_name.jpg for the part ${name}.`);
    }
    printTitle("Memory");
    printFigure("RSS of this process", `${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`);
  } finally {
    await lease.release();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

function chooseParts(only: string | undefined, isRefit: boolean): [string, Part][] {
  const all = isRefit ? REFITTED : Object.keys(PARTS);
  return (only?.split(",") ?? all).map((name) => {
    const part = all.includes(name) ? PARTS[name] : undefined;
    if (!part) throw new Error(`No part ${name}: ${all.join(", ")}.`);
    return [name, part];
  });
}

/** Coefficients of each photo that know nothing of it. */
async function refitAll(
  seen: readonly SeenPhoto[],
  embedder: Embedder,
): Promise<Material["coefficientsOf"]> {
  const byPhoto = refit(await gatherRows(seen, embedder), drawFolds(seen));
  const photos = new Map(seen.map((photo) => [photo.file, photo]));
  return ({ file }) => byPhoto(photos.get(file) as SeenPhoto);
}

async function gather(
  folders: readonly string[],
  embedder: Embedder,
): Promise<Pick<Material, "named" | "seen">> {
  const named: LabelledPhoto[] = [];
  const seen: SeenPhoto[] = [];
  for (const folder of folders) {
    const { photos } = await readLabels(folder);
    named.push(...photos.filter(({ name }) => !name.includes("/")));
    seen.push(...(await seePhotos(folder, embedder)));
  }
  return { named, seen };
}

main().then(
  () => process.exit(),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
