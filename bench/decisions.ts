import type { Embedder } from "../lib/clip/embedder";
import { estimateConfidence, thresholdOf, type Coefficients } from "../lib/confidence/confidence";
import type { Evidence } from "../lib/confidence/features";
import { DEFAULT_KNOB } from "../lib/confidence/knob";
import {
  calibrationError,
  rankQuality,
  reliability,
} from "../lib/evaluation/figures/confidence-quality";
import type { SeenPhoto } from "../tools/fit-confidence/photos";
import { rightAt, type Outcome } from "../tools/fit-confidence/quality";
import { createRandom } from "../tools/fit-confidence/random";
import { observe, USUAL, type Situation } from "../tools/fit-confidence/scenarios";
import { percent, printFigure, printTitle } from "./print";

/** Draws of which half of the names are classes. */
const DRAWS = 4;

/** Version 0.1's rule with the starter: cosines and a margin of the LMM's words alone. */
const BEFORE = { threshold: 0.6, margin: 0.03 };

const BASE = { ...USUAL, title: "" } as const;

const SITUATIONS: readonly Situation[] = [
  { ...BASE, title: "own names", names: "own", synonyms: true, probabilities: true },
  {
    ...BASE,
    title: "own names, words by rank only",
    names: "own",
    synonyms: true,
    probabilities: false,
  },
  {
    ...BASE,
    title: "other names, with synonyms",
    names: "other",
    synonyms: true,
    probabilities: false,
  },
  {
    ...BASE,
    title: "other names, no synonyms, by rank only",
    names: "other",
    synonyms: false,
    probabilities: false,
  },
];

/**
 * What the decision is worth where half of the frames show none of the classes: every other name
 * is a class. `before` is the rule of version 0.1.
 */
export async function measureDecisions(
  photos: readonly SeenPhoto[],
  embedder: Embedder,
  coefficientsOf: (photo: SeenPhoto) => Coefficients,
): Promise<void> {
  for (const situation of SITUATIONS) {
    const before: Outcome[] = [];
    const after: (Outcome & { decided: boolean })[] = [];
    for (let draw = 0; draw < DRAWS; draw++) {
      const random = createRandom(1_000 + draw);
      const observed = await observe(photos, situation, embedder, random);
      for (const { photo, known, evidences } of observed) {
        const [whole] = evidences;
        const words = evidences.find(({ evidence }) => !evidence.sight && !evidence.examples);
        if (!whole || !words) continue;
        const coefficients = coefficientsOf(photo);
        const estimate = estimateConfidence(whole.evidence, coefficients);
        const confidence = estimate?.confidence ?? 0;
        const threshold = thresholdOf(DEFAULT_KNOB, estimate?.voices ?? "", coefficients);
        after.push({ known, right: whole.right, confidence, decided: confidence >= threshold });
        const decided = decideAsBefore(words.evidence);
        before.push({ known, right: words.right, confidence: decided ? 1 : 0 });
      }
    }
    printTitle(`Decisions, half of the frames strangers: ${situation.title}`);
    printCounts(
      "before (0.1)",
      before.map((one) => ({ ...one, decided: one.confidence > 0 })),
    );
    printCounts(`after, at 1 in ${String(DEFAULT_KNOB)}`, after);
    printFigure(
      "right at 1 % / 3 % of all frames wrong",
      [0.01, 0.03].map((wrong) => `${(100 * rightAt(after, wrong)).toFixed(1)} %`).join(" / "),
    );
    const ranked = rankQuality(after) ?? NaN;
    printFigure("AUROC of the confidence", ranked.toFixed(3), {
      text: "≥ 0.95",
      met: ranked >= 0.95,
    });
    const error = calibrationError(after);
    printFigure("expected calibration error", error.toFixed(3), {
      text: "≤ 0.05",
      met: error <= 0.05,
    });
    for (const { count, confidence, right } of reliability(after)) {
      if (count === 0) continue;
      printFigure(
        `  confidence ${confidence.toFixed(2)}`,
        `right ${right.toFixed(2)} of ${String(count)}`,
      );
    }
  }
}

function printCounts(title: string, outcomes: readonly (Outcome & { decided: boolean })[]): void {
  const known = outcomes.filter((one) => one.known);
  const strangers = outcomes.filter((one) => !one.known);
  const decided = outcomes.filter((one) => one.decided);
  const right = decided.filter((one) => one.right).length;
  const taken = strangers.filter((one) => one.decided).length;
  printFigure(
    title,
    `right ${percent(right, known.length)}, all wrong ${percent(decided.length - right, outcomes.length)}, ` +
      `strangers taken ${percent(taken, strangers.length)}, to a person ${percent(outcomes.length - decided.length, outcomes.length)}`,
  );
}

/** An exact name beyond the threshold, or the nearest class with a lead and before any background. */
function decideAsBefore({ words, combined }: Evidence): boolean {
  const [winner = -1, second = -1] = combined.order;
  const score = words?.scores[winner] ?? NaN;
  if (!words || !(score >= BEFORE.threshold)) return false;
  if ((words.exact[winner] ?? 0) > 0) return true;
  if ((words.background?.score ?? -1) > score) return false;
  return !(score - (words.scores[second] ?? -1) < BEFORE.margin);
}
