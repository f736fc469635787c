/**
 * Measures what the README and the defaults rest on: `npm run bench -- <folder of photos>`.
 * Photos are named `x_the_name.jpg`. Speeds are ratios within one run where they are held
 * against a bound, because a machine's speed drifts.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { acquireEmbedder } from "../lib/clip/shared-embedders";
import { measureAccuracy } from "./accuracy";
import { measureDecisions } from "./decisions";
import { measureEmbedding } from "./embedding";
import { measureLoopLag } from "./loop-lag";
import { measureMatching } from "./matching";
import { measureOllamaModes } from "./ollama-modes";
import { listLabelledPhotos } from "./photos";
import { seePhotos } from "../tools/fit-confidence/photos";
import { printFigure, printTitle } from "./print";

async function main(): Promise<void> {
  const folder = process.argv[2] ?? "examples/photos";
  if (!existsSync(folder))
    throw new Error(`No folder ${folder}: give a folder of labelled photos.`);
  const photos = listLabelledPhotos(folder);
  const cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-bench-"));
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  try {
    const embedder = await lease.value;
    if (photos.length > 0) {
      await measureAccuracy(photos, embedder);
      await measureDecisions(await seePhotos(folder, embedder), embedder);
      await measureOllamaModes(photos, embedder, cacheDir);
    } else {
      console.log(`${folder} holds no photo named x_the_name.jpg: accuracy is not measured.`);
    }
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
