import { readFile } from "node:fs/promises";

import type { Embedder } from "../lib/clip/embedder";
import { readFrames } from "../lib/frame/read-frames";
import type { Candidate } from "../lib/lmm/lmm";
import { Recogniser } from "../lib/lmm/recogniser";
import { decide, type DecisionRules } from "../lib/match/decide";
import type { Ranking } from "../lib/match/ranking";
import { VocabularyIndex } from "../lib/match/vocabulary-index";
import { createVocabulary } from "../lib/vocabulary/vocabulary";
import type { LabelledPhoto } from "./photos";
import { percent, printFigure, printTitle } from "./print";

const THRESHOLDS = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75];
const MARGINS = [0, 0.02, 0.04, 0.06, 0.1];

/**
 * What threshold, margin and background words do where a plant's names differ from the LMM's and
 * half of what passes the camera is none of its classes: every other name is a class, under its
 * last synonym, and the candidates come without synonyms, so that hardly any name matches.
 */
export async function measureDecisions(
  photos: readonly LabelledPhoto[],
  embedder: Embedder,
): Promise<void> {
  const lmm = new Recogniser(embedder);
  const other = new Map(
    (embedder.info.labels ?? []).map(({ name, synonyms }) => [name, synonyms.at(-1)]),
  );
  const renamed = photos.filter(({ label }) => other.get(label));
  const insiders = new Set(
    renamed.filter((_, position) => position % 2 === 0).map(({ label }) => label),
  );
  const vocabulary = createVocabulary(
    [...insiders].map((id) => ({ id, label: other.get(id) ?? id })),
  );
  const index = await VocabularyIndex.build(vocabulary, embedder, {});
  const seen: { truth: string | null; text: Ranking; image: Ranking }[] = [];
  for (const { file, label } of renamed) {
    const { frames } = await readFrames(await readFile(file));
    const [frame] = frames;
    if (!frame) continue;
    const { candidates } = await lmm.propose(frame, "");
    const bare = candidates.map((candidate): Candidate => ({ ...candidate, synonyms: [] }));
    seen.push({
      truth: insiders.has(label) ? label : null,
      text: await index.match(bare),
      image: index.matchVector((await embedder.see(frame)).embedding!),
    });
  }
  for (const side of ["text", "image"] as const) {
    printTitle(
      `Decisions by ${side}: ${String(vocabulary.classes.length)} renamed classes, as many strangers`,
    );
    for (const background of [true, false]) {
      for (const threshold of THRESHOLDS) {
        printRow(side, { threshold, margin: embedder.info.decision[side].margin, background });
      }
    }
    for (const margin of MARGINS) {
      printRow(side, {
        threshold: embedder.info.decision[side].threshold,
        margin,
        background: true,
      });
    }
  }

  function printRow(side: "text" | "image", rules: DecisionRules): void {
    const count = { right: 0, wrong: 0, person: 0, strangerTaken: 0 };
    for (const { truth, ...rankings } of seen) {
      const { class: id } = decide(rankings[side], rules, vocabulary);
      if (truth === null) count.strangerTaken += id === null ? 0 : 1;
      else if (id === truth) count.right += 1;
      else if (id === null) count.person += 1;
      else count.wrong += 1;
    }
    const inside = seen.filter(({ truth }) => truth !== null).length;
    const { threshold, margin, background } = rules;
    printFigure(
      `threshold ${threshold.toFixed(2)} margin ${margin.toFixed(2)} background ${background ? "on " : "off"}`,
      `right ${percent(count.right, inside)}, wrong ${percent(count.wrong, inside)}, ` +
        `strangers taken ${percent(count.strangerTaken, seen.length - inside)}`,
    );
  }
}
