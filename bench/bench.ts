/**
 * Measures what the README and the defaults rest on:
 * `npm run bench -- <folder of photos>... [--only accuracy,replay] [--figure curve.png]`. Photos are named
 * `x_the_name.jpg` or lie in class folders. Speeds are ratios within one run where they are held
 * against a bound, because a machine's speed drifts. `--refit` measures decisions on photos that the
 * bundled coefficients were fitted on: each photo is judged by coefficients that were fitted
 * without it. `--speed [--json] [--pictures 10000]` measures each row of docs/speed.md, and ends
 * with 1 where a goal is missed.
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
  readonly embedder: Embedder;
  readonly cacheDir: string;
  /** File of the corrections' curve, where one is wanted. */
  readonly figure: string | undefined;
}

type Part = (material: Material) => Promise<void> | void;

/** What only photos of many different things can tell. */
const OF_NAMED: Readonly<Record<string, Part>> = {
  accuracy: ({ named, embedder }) => measureAccuracy(named, embedder),
  modes: ({ named, embedder, cacheDir }) => measureOllamaModes(named, embedder, cacheDir),
  answers: ({ named, embedder }) => measureAnswers(named, embedder),
  evaluation: ({ named, embedder, cacheDir }) => measureEvaluation(named, embedder, cacheDir),
  replay: ({ named, embedder, cacheDir }) => measureReplay(named, embedder, cacheDir),
  witnesses: ({ named, embedder }) => measureWitnessCost(named, embedder),
};

const OF_ALL: Readonly<Record<string, Part>> = {
  decisions: (material) => measureBy(material, () => DEFAULT_COEFFICIENTS),
  "spot-checks": ({ seen, embedder }) =>
    measureSpotChecks(seen, embedder, () => DEFAULT_COEFFICIENTS),
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

async function main(): Promise<void> {
  const { values, positionals: folders } = parseArgs({
    allowPositionals: true,
    options: {
      refit: { type: "boolean" },
      only: { type: "string" },
      figure: { type: "string" },
      speed: { type: "boolean" },
      json: { type: "boolean" },
      pictures: { type: "string", default: "10000" },
    },
  });
  if (values.speed) {
    if (!(await measureSpeed(values.json ?? false, Number(values.pictures)))) process.exitCode = 1;
    return;
  }
  if (folders.length === 0) throw new Error("Give folders of labelled photos.");
  const chosen = chooseParts(values.only);
  const cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-bench-"));
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  try {
    const photos = await gather(folders, await lease.value);
    const material = { ...photos, embedder: await lease.value, cacheDir, figure: values.figure };
    const { seen, named, embedder } = material;
    if (values.refit) {
      await measureBy(material, refit(await gatherRows(seen, embedder), drawFolds(seen)));
      return;
    }
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

function chooseParts(only: string | undefined): [string, Part][] {
  const parts = { ...OF_NAMED, ...OF_ALL };
  const names = only?.split(",") ?? Object.keys(parts);
  return names.map((name) => {
    const part = parts[name];
    if (!part) throw new Error(`No part ${name}: ${Object.keys(parts).join(", ")}.`);
    return [name, part];
  });
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

async function measureBy(
  { seen, embedder }: Material,
  coefficientsOf: (photo: SeenPhoto) => Coefficients,
): Promise<void> {
  await measureDecisions(seen, embedder, coefficientsOf);
  await measureExamples(seen, embedder, coefficientsOf);
}

main().then(
  () => process.exit(),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
