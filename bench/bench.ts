/**
 * Measures what the README and the defaults rest on: `npm run bench -- <folder of photos>...`.
 * Photos are named `x_the_name.jpg` or lie in class folders. Speeds are ratios within one run where
 * they are held against a bound, because a machine's speed drifts. `--refit` measures decisions on
 * photos that the bundled coefficients were fitted on: each photo is judged by coefficients that
 * were fitted without it.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { acquireEmbedder } from "../lib/clip/shared-embedders";
import { DEFAULT_COEFFICIENTS } from "../lib/confidence/confidence";
import { measureAccuracy } from "./accuracy";
import { measureAnswers } from "./answers";
import { measureDecisions } from "./decisions";
import { measureEmbedding } from "./embedding";
import { measureLoopLag } from "./loop-lag";
import { measureMatching } from "./matching";
import { measureOllamaModes } from "./ollama-modes";
import { listLabelledPhotos } from "./photos";
import { drawFolds, gatherRows, refit } from "../tools/fit-confidence/fit";
import { seePhotos, type SeenPhoto } from "../tools/fit-confidence/photos";
import { measureExamples } from "./examples";
import { measureLargeVocabulary, measureWitnessCost } from "./witness-cost";
import { printFigure, printTitle } from "./print";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { refit: { type: "boolean" } },
  });
  const folders = positionals.length > 0 ? positionals : ["examples/photos"];
  for (const folder of folders) {
    if (!existsSync(folder)) {
      throw new Error(`No folder ${folder}: give a folder of labelled photos.`);
    }
  }
  const photos = folders.flatMap(listLabelledPhotos);
  const cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-bench-"));
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  try {
    const embedder = await lease.value;
    const seen: SeenPhoto[] = [];
    for (const folder of folders) seen.push(...(await seePhotos(folder, embedder)));
    if (values.refit) {
      const coefficientsOf = refit(await gatherRows(seen, embedder), drawFolds(seen));
      await measureDecisions(seen, embedder, coefficientsOf);
      await measureExamples(seen, embedder, coefficientsOf);
      return;
    }
    if (photos.length > 0) {
      await measureAccuracy(photos, embedder);
      await measureOllamaModes(photos, embedder, cacheDir);
      await measureAnswers(photos, embedder);
      await measureWitnessCost(photos, embedder);
    } else {
      console.log("There is no photo named x_the_name.jpg: accuracy is not measured.");
    }
    await measureDecisions(seen, embedder, () => DEFAULT_COEFFICIENTS);
    await measureExamples(seen, embedder, () => DEFAULT_COEFFICIENTS);
    measureLargeVocabulary();
    await measureMatching(embedder);
    await measureEmbedding(cacheDir);
    await measureLoopLag(cacheDir);
    printTitle("Memory");
    printFigure("RSS of this process", `${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB`);
  } finally {
    await lease.release();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
