import { readFile } from "node:fs/promises";

import type { Embedder } from "../lib/clip/embedder";
import { readFrames } from "../lib/frame/read-frames";
import type { AnswerForm } from "../lib/lmm/answer-forms";
import type { Lmm } from "../lib/lmm/lmm";
import { createOllama } from "../lib/lmm/ollama/ollama";
import { VocabularyIndex } from "../lib/match/vocabulary-index";
import { classifyFrame } from "../lib/tlac/classify";
import { createEmbedderBrain } from "../test/ollama-double/embedder-brain";
import { startOllamaDouble } from "../test/ollama-double/server";
import { vocabularyOf } from "./accuracy";
import type { LabelledPhoto } from "../lib/evaluation/labels/labelled-set";
import { percent, printFigure, printTitle } from "./print";

const MODEL = "llava:7b";

/** Milliseconds a token: what the model writes has to be what costs. */
const TOKEN_MS = 1;

interface Way {
  readonly name: string;
  readonly form: AnswerForm;
  readonly cut: boolean;
}

const LONG: Way = { name: "long form", form: "json", cut: false };
const WAYS: readonly Way[] = [
  LONG,
  { name: "names, to their end", form: "names", cut: false },
  { name: "names, cut once they decide", form: "names", cut: true },
];

/**
 * What an answer costs and what it is worth, by its form, over HTTP. The recogniser answers behind
 * the double, which counts a word or a sign as a token. Words are the only witness: what they lose
 * cannot hide behind the picture.
 */
export async function measureAnswers(
  photos: readonly LabelledPhoto[],
  embedder: Embedder,
): Promise<void> {
  const double = await startOllamaDouble({
    brain: createEmbedderBrain(embedder),
    models: [{ name: MODEL }],
    delays: { perToken: TOKEN_MS },
  });
  const ollama = createOllama({ host: double.url, model: MODEL, canary: false });
  const index = await VocabularyIndex.build(vocabularyOf(photos), embedder, {});
  printTitle(`Forms of an answer, words alone, ${String(photos.length)} photos`);
  const right = new Map<Way, number>();
  try {
    for (const way of WAYS) {
      const lmm = way.cut ? ollama : withoutCut(ollama);
      const written: number[] = [];
      let sure = 0;
      let wrong = 0;
      let cut = 0;
      let calls = 0;
      for (const { file, label } of photos) {
        const [frame] = (await readFrames(await readFile(file))).frames;
        if (!frame) continue;
        const options = { mode: "slac", sight: false, answer: way.form } as const;
        const result = await classifyFrame(frame, { ...options, lmm, index });
        if (result.label === label) sure += 1;
        else if (result.outcome === "class") wrong += 1;
        if (result.lmmCalls.some((call) => call.cut)) cut += 1;
        await double.journal.waitFor(() =>
          double.journal.entries.every(({ finished }) => finished),
        );
        const asked = double.journal.of("/api/chat").filter(({ images }) => images.length > 0);
        written.push(asked.at(-1)?.tokens ?? 0);
        calls += result.lmmCalls.length;
        double.journal.clear();
      }
      right.set(way, sure);
      report(way, {
        sure,
        wrong,
        cut,
        calls,
        written,
        photos: photos.length,
        long: right.get(LONG) ?? 0,
      });
    }
  } finally {
    await ollama.close();
    await double.close();
  }
}

interface Counts {
  readonly sure: number;
  readonly wrong: number;
  readonly cut: number;
  readonly calls: number;
  readonly written: readonly number[];
  readonly photos: number;
  /** Right by the long form. */
  readonly long: number;
}

function report(way: Way, { sure, wrong, cut, calls, written, photos, long }: Counts): void {
  const gap = (100 * (long - sure)) / photos;
  printFigure(
    `${way.name}: decided and right`,
    percent(sure, photos),
    way === LONG ? undefined : { text: "≥ long form − 0.5", met: gap <= 0.5 },
  );
  printFigure(`${way.name}: decided and wrong`, percent(wrong, photos));
  printFigure(`${way.name}: LMM calls a photo`, (calls / photos).toFixed(2));
  if (way.cut) printFigure(`${way.name}: answers cut`, percent(cut, photos));
  const median = [...written].sort((a, b) => a - b)[Math.floor(written.length / 2)] ?? 0;
  printFigure(
    `${way.name}: tokens written, median`,
    String(median),
    way === LONG ? undefined : { text: "≤ 25", met: median <= 25 },
  );
}

/** The same LMM, which writes to the end. */
function withoutCut(lmm: Lmm): Lmm {
  return {
    ...(lmm.ask ? { ask: lmm.ask } : {}),
    propose: (frame, prompt, { signal, answer } = {}) =>
      lmm.propose(frame, prompt, { ...(signal ? { signal } : {}), ...(answer ? { answer } : {}) }),
  };
}
