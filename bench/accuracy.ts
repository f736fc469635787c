import { readFile } from "node:fs/promises";

import type { Embedder } from "../lib/clip/embedder";
import { readFrames } from "../lib/frame/read-frames";
import { Recogniser } from "../lib/lmm/recogniser";
import { VocabularyIndex } from "../lib/match/vocabulary-index";
import { classifyFrame } from "../lib/tlac/classify";
import type { Mode } from "../lib/tlac/result";
import { foldName } from "../lib/vocabulary/fold-name";
import { createVocabulary, type Vocabulary } from "../lib/vocabulary/vocabulary";
import type { LabelledPhoto } from "../lib/evaluation/labels/labelled-set";
import { median, milliseconds, percent, printFigure, printTitle } from "./print";

/** The names of the photos as a vocabulary: labels only, as a plant would start. */
export function vocabularyOf(photos: readonly LabelledPhoto[]): Vocabulary {
  return createVocabulary(
    [...new Set(photos.map(({ label }) => label))].map((label) => ({ label })),
  );
}

/** Counts right answers by outcome of one mode over all photos. */
export interface ModeCount {
  right: number;
  /** The best class was right, whatever the decision made of it. */
  best: number;
  wrong: number;
  abstained: number;
}

export function countAnswer(
  count: ModeCount,
  best: string | undefined,
  label: string | null,
  truth: string,
): void {
  if (best === truth) count.best += 1;
  if (label === truth) count.right += 1;
  else if (label === null) count.abstained += 1;
  else count.wrong += 1;
}

/** The recogniser alone (top-1, top-5) and the modes that need no LMM. */
export async function measureAccuracy(
  photos: readonly LabelledPhoto[],
  embedder: Embedder,
): Promise<void> {
  const total = photos.length;
  const index = await VocabularyIndex.build(vocabularyOf(photos), embedder, {});
  const lmm = new Recogniser(embedder);
  let top1 = 0;
  let top5 = 0;
  const steps = { frame: [] as number[], lmm: [] as number[], match: [] as number[] };
  const modes: Mode[] = ["slac", "clip"];
  const counts = new Map(
    modes.map((mode) => [mode, { right: 0, best: 0, wrong: 0, abstained: 0 }]),
  );
  for (const { file, label } of photos) {
    const started = performance.now();
    const { frames } = await readFrames(await readFile(file));
    const frameMs = performance.now() - started;
    const frame = frames[0]!;
    // Timed here: the modes below find this frame's probabilities in the cache.
    const recognising = performance.now();
    const probabilities = (await embedder.see(frame)).probabilities!;
    steps.lmm.push(performance.now() - recognising);
    const best = [...probabilities.entries()].sort(([, a], [, b]) => b - a).slice(0, 5);
    const hits = best.map(([position]) => isLabel(embedder, position, label));
    if (hits[0]) top1 += 1;
    if (hits.includes(true)) top5 += 1;
    for (const mode of modes) {
      const result = await classifyFrame(frame, { mode, lmm, index, frameMs });
      countAnswer(counts.get(mode)!, result.ranking[0]?.label, result.label, label);
      if (mode !== "slac") continue;
      steps.frame.push(frameMs);
      steps.match.push(result.timings.match);
    }
  }
  printTitle(
    `Accuracy on ${String(total)} photos, ${String(index.vocabulary.classes.length)} classes`,
  );
  printFigure("recogniser top-1", percent(top1, total), {
    text: "≥ 70 %",
    met: top1 / total >= 0.7,
  });
  printFigure("recogniser top-5", percent(top5, total), {
    text: "≥ 90 %",
    met: top5 / total >= 0.9,
  });
  const slac = counts.get("slac")?.best ?? 0;
  printFigure("slac, best class, whatever the confidence", percent(slac, total), {
    text: "≥ 65 %",
    met: slac / total >= 0.65,
  });
  for (const [mode, { right, best, wrong, abstained }] of counts) {
    printFigure(`${mode}: best class right`, percent(best, total));
    printFigure(`${mode}: decided and right`, percent(right, total));
    printFigure(`${mode}: decided and wrong`, percent(wrong, total));
    printFigure(`${mode}: to a person (ambiguous, unknown)`, percent(abstained, total));
  }
  printTitle("Time per photo (median)");
  printFigure("frame: decode, turn, bound, hash", milliseconds(median(steps.frame)));
  printFigure("recogniser", milliseconds(median(steps.lmm)));
  printFigure("match", milliseconds(median(steps.match)));
}

function isLabel(embedder: Embedder, position: number, label: string): boolean {
  const entry = embedder.info.labels?.[position];
  const names = entry ? [entry.name, ...entry.synonyms] : [];
  return names.some((name) => foldName(name) === foldName(label));
}
