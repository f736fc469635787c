import path from "node:path";

import type { Embedder } from "../lib/clip/embedder";
import { estimateConfidence, thresholdOf, type Coefficients } from "../lib/confidence/confidence";
import { DEFAULT_KNOB } from "../lib/confidence/knob";
import { VocabularyIndex } from "../lib/match/vocabulary-index";
import { RANKING_LENGTH } from "../lib/tlac/ranking";
import { createVocabulary } from "../lib/vocabulary/vocabulary";
import { combine } from "../lib/witness/combine";
import type { SeenPhoto } from "../tools/fit-confidence/photos";
import { createRandom, shuffle } from "../tools/fit-confidence/random";
import { indexExamples } from "../tools/fit-confidence/scenarios";
import { percent, printFigure, printTitle } from "./print";

const DRAWS = 8;
const COUNTS = [0, 1, 2, 5, 10, 15];

/** What confirmed pictures do for a set of class folders: all that are no example are judged. */
export async function measureExamples(
  photos: readonly SeenPhoto[],
  embedder: Embedder,
  coefficientsOf: (photo: SeenPhoto) => Coefficients,
): Promise<void> {
  for (const set of new Set(photos.map((photo) => photo.set))) {
    if (set === "") continue;
    const own = photos.filter((photo) => photo.set === set);
    const labels = [...new Set(own.map(({ label }) => label))];
    const vocabulary = createVocabulary(labels.map((label) => ({ label })));
    const index = await VocabularyIndex.build(vocabulary, embedder);
    printTitle(`Examples: ${path.basename(set)}, ${String(labels.length)} classes`);
    for (const count of COUNTS) {
      const smallest = Math.min(
        ...labels.map((label) => own.filter((photo) => photo.label === label).length),
      );
      if (count >= smallest) continue;
      const tally = { judged: 0, right: 0, wrong: 0 };
      const hits = labels.map(() => ({ right: 0, all: 0 }));
      for (let draw = 0; draw < DRAWS; draw++) {
        const random = createRandom(draw);
        const shown: SeenPhoto[] = [];
        for (const label of labels) {
          const some = own.filter((photo) => photo.label === label);
          shown.push(...shuffle(some, random).slice(0, count));
        }
        const owners = shown.map(({ label }) => labels.indexOf(label));
        const examples = count > 0 ? indexExamples(shown, owners, labels.length) : null;
        for (const photo of own.filter((one) => !shown.includes(one))) {
          const { label, sight, candidates } = photo;
          const coefficients = coefficientsOf(photo);
          const words = await index.hear(candidates);
          const testimonies = {
            words,
            sight: index.look(sight),
            examples: (sight.features && examples?.testify(sight.features)) ?? null,
          };
          const combined = combine(testimonies, labels.length, RANKING_LENGTH, words?.vetoed);
          const estimate = estimateConfidence(
            {
              ...testimonies,
              combined,
              exampleFacts: examples,
              lmmProbability: candidates[0]?.probability,
            },
            coefficients,
          );
          const truth = labels.indexOf(label);
          const right = combined.order[0] === truth;
          const hit = hits[truth]!;
          hit.all += 1;
          if (right) hit.right += 1;
          tally.judged += 1;
          const threshold = thresholdOf(DEFAULT_KNOB, estimate?.voices ?? "", coefficients);
          if ((estimate?.confidence ?? 0) < threshold) continue;
          if (right) tally.right += 1;
          else tally.wrong += 1;
        }
      }
      const balanced = hits.reduce((sum, { right, all }) => sum + right / all, 0) / hits.length;
      printFigure(
        `${String(count)} examples a class`,
        `right ${percent(tally.right, tally.judged)}, wrong ${percent(tally.wrong, tally.judged)}, ` +
          `best class right (balanced) ${(100 * balanced).toFixed(1)} %`,
      );
    }
  }
}
