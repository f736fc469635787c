import { mkdtemp } from "node:fs/promises";
import path from "node:path";

import type { Embedder } from "../lib/clip/embedder";
import { asContender } from "../lib/evaluation/contenders";
import { describeVerdict } from "../lib/evaluation/figures/verdict";
import type { LabelledPhoto } from "../lib/evaluation/labels/labelled-set";
import { Laboratory, type Experiment } from "../lib/evaluation/laboratory";
import { BlobStore } from "../lib/evaluation/store/blob-store";
import { Recogniser } from "../lib/lmm/recogniser";
import { createVocabulary } from "../lib/vocabulary/vocabulary";
import { printFigure, printTitle } from "./print";

/**
 * What `tlac evaluate` says of the photos, with the recogniser in the place of an LMM: with all
 * their names as classes, and with every other one, so that half of the photos are strangers.
 */
export async function measureEvaluation(
  photos: readonly LabelledPhoto[],
  embedder: Embedder,
  cacheDir: string,
): Promise<void> {
  const store = await BlobStore.open(await mkdtemp(path.join(cacheDir, "evaluation-")));
  const laboratory = new Laboratory({ embedder, store });
  laboratory.useLmm(new Recogniser(laboratory.embedder), "recogniser");
  const names = [...new Set(photos.map(({ label }) => label))];
  try {
    for (const classes of [names, names.filter((_, at) => at % 2 === 0)]) {
      printTitle(
        `Evaluation of ${String(photos.length)} photos, ${String(classes.length)} classes`,
      );
      const vocabulary = createVocabulary(classes.map((label) => ({ label })));
      for (const name of ["clip", "slac", "witnesses"] as const) {
        const experiment: Experiment = { vocabulary, mode: "slac" };
        const way = asContender(name, experiment, laboratory);
        if (!way) continue;
        const { figures } = await laboratory.judge(photos, way);
        printFigure(name, describeVerdict(figures, "en-US"));
        for (const [blame, count] of Object.entries(figures.blames)) {
          printFigure(`  ${blame}`, String(count));
        }
      }
    }
  } finally {
    await store.close();
  }
}
