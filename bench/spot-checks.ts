import type { Embedder } from "../lib/clip/embedder";
import { estimateConfidence, thresholdOf, type Coefficients } from "../lib/confidence/confidence";
import { DEFAULT_KNOB } from "../lib/confidence/knob";
import { NO_WORDS } from "../lib/tlac/finding";
import { compareWords } from "../lib/tlac/spot-check";
import { createVocabulary } from "../lib/vocabulary/vocabulary";
import type { SeenPhoto } from "../tools/fit-confidence/photos";
import { createRandom } from "../tools/fit-confidence/random";
import { observe, USUAL, type Situation } from "../tools/fit-confidence/scenarios";
import { percent, printFigure, printTitle } from "./print";

const DRAWS = 8;

const BASE = { ...USUAL, probabilities: false } as const;

const SITUATIONS: readonly Situation[] = [
  { ...BASE, title: "the LMM uses the classes' names", names: "own", synonyms: false },
  { ...BASE, title: "it uses other names, with synonyms", names: "other", synonyms: true },
  { ...BASE, title: "it uses other names alone", names: "other", synonyms: false },
  {
    ...BASE,
    title: "five examples a class of a plant's own things",
    names: "own",
    synonyms: false,
    classes: 0,
    examples: 5,
  },
];

/**
 * How often an LMM that has not changed disagrees with what is decided without it: the recogniser's
 * names in its place. What a drift is told by rests on it.
 */
export async function measureSpotChecks(
  photos: readonly SeenPhoto[],
  embedder: Embedder,
  coefficientsOf: (photo: SeenPhoto) => Coefficients,
): Promise<void> {
  printTitle("Spot checks: decided without the LMM, and what its words alone say");
  for (const situation of SITUATIONS) {
    const sets = new Map<string, { settled: number; right: number; other: number; none: number }>();
    for (let draw = 0; draw < DRAWS; draw++) {
      const observed = await observe(photos, situation, embedder, createRandom(2_000 + draw));
      for (const { photo, set, evidences } of observed) {
        const [whole] = evidences;
        const first = evidences.find(({ evidence }) => !evidence.words);
        if (!whole || !first) continue;
        const coefficients = coefficientsOf(photo);
        const estimate = estimateConfidence(first.evidence, coefficients);
        const least = thresholdOf(DEFAULT_KNOB, estimate?.voices ?? "", coefficients, true);
        if (!estimate || estimate.confidence < least) continue;
        const count = sets.get(set) ?? { settled: 0, right: 0, other: 0, none: 0 };
        sets.set(set, count);
        const { combined } = first.evidence;
        const labels = combined.utilities.length;
        const vocabulary = createVocabulary(
          Array.from({ length: labels }, (_, at) => ({ label: `class ${String(at)}` })),
        );
        const winner = combined.order[0] ?? -1;
        const check = compareWords(winner, whole.evidence.words, NO_WORDS, vocabulary);
        count.settled += 1;
        if (first.right) count.right += 1;
        if (check.agrees) continue;
        if (check.class === null) count.none += 1;
        else count.other += 1;
      }
    }
    for (const [set, { settled, right, other, none }] of sets) {
      printFigure(
        [situation.title, set].filter(Boolean).join(": "),
        `right ${percent(right, settled)}, differs ${percent(other + none, settled)}, ` +
          `of these another class ${String(other)}, none ${String(none)}`,
      );
    }
  }
}
