import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

import type { Embedder } from "../lib/clip/embedder";
import { VectorTable } from "../lib/clip/vector-table";
import { estimateConfidence } from "../lib/confidence/confidence";
import type { Frame } from "../lib/frame/frame";
import { readFrames } from "../lib/frame/read-frames";
import { Recogniser } from "../lib/lmm/recogniser";
import { VocabularyIndex } from "../lib/match/vocabulary-index";
import { classifyFrame } from "../lib/tlac/classify";
import { RANKING_LENGTH } from "../lib/tlac/ranking";
import { createVocabulary } from "../lib/vocabulary/vocabulary";
import { combine } from "../lib/witness/combine";
import { ExampleIndex } from "../lib/witness/examples";
import { createRandom } from "../tools/fit-confidence/random";
import type { LabelledPhoto } from "../lib/evaluation/labels/labelled-set";
import { median, milliseconds, printFigure, printTitle } from "./print";

const ROUNDS = 40;
const CLASSES = 10_000;
const EXAMPLES = 5_000;

/**
 * What sight and examples add to a picture with the starter, whose recogniser speaks for the LMM:
 * the two ways take turns, so that a slower machine slows both.
 */
export async function measureWitnessCost(
  [photo]: readonly LabelledPhoto[],
  embedder: Embedder,
): Promise<void> {
  if (!photo) return;
  const [frame] = (await readFrames(await readFile(photo.file))).frames;
  if (!frame) return;
  const labels = (embedder.info.labels ?? []).slice(0, 100).map(({ name }) => ({ label: name }));
  const index = await VocabularyIndex.build(createVocabulary(labels), embedder);
  const lmm = new Recogniser(embedder);
  const { features } = await embedder.see(frame);
  const examples = drawExamples(features?.length ?? 0, 500, labels.length);
  const spent = { words: [] as number[], all: [] as number[] };
  const fresh = (): Frame => ({ ...frame, hash: randomUUID() });
  for (let round = 0; round < ROUNDS; round++) {
    // A frame of its own each time: what was seen of a frame is remembered with it.
    const options = { mode: "slac", lmm, index } as const;
    spent.words.push(await timeOf(() => classifyFrame(fresh(), { ...options, sight: false })));
    spent.all.push(await timeOf(() => classifyFrame(fresh(), { ...options, examples })));
  }
  const ratio = median(spent.all) / median(spent.words);
  printTitle("Sight and 500 examples beside the words, 100 classes (median of a picture)");
  printFigure("words alone", milliseconds(median(spent.words)));
  printFigure("words, sight and examples", milliseconds(median(spent.all)));
  printFigure("ratio", ratio.toFixed(2), { text: "≤ 1.15", met: ratio <= 1.15 });
}

/** The arithmetic alone, without the models: a large vocabulary with many confirmed pictures. */
export function measureLargeVocabulary(): void {
  const random = createRandom(3);
  const dims = 1_280;
  const examples = drawExamples(dims, EXAMPLES, CLASSES);
  const names = VectorTable.of(
    Array.from({ length: CLASSES }, () => unit(512, random)),
    512,
  );
  const words = new Float64Array(CLASSES);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const picture = unit(dims, random);
    const text = unit(512, random);
    const started = performance.now();
    names.forEachDot(text, (row, cosine) => {
      words[row] = cosine;
    });
    const testimony = examples.testify(picture);
    const all = { examples: testimony };
    const combined = combine(all, CLASSES, RANKING_LENGTH);
    estimateConfidence({
      ...{ words: null, sight: null, examples: testimony, combined },
      ...{ exampleFacts: examples, lmmProbability: undefined },
    });
    times.push(performance.now() - started);
  }
  printTitle("10,000 classes and 5,000 examples, arithmetic of a picture");
  const typical = median(times);
  printFigure("median", milliseconds(typical), { text: "< 20 ms", met: typical < 20 });
}

function drawExamples(dims: number, count: number, classes: number): ExampleIndex {
  const random = createRandom(5);
  const vectors = new Float32Array(count * dims);
  for (let row = 0; row < count; row++) vectors.set(unit(dims, random), row * dims);
  const owners = Int32Array.from({ length: count }, (_, row) => row % classes);
  return new ExampleIndex({ vectors, dims, owners }, classes);
}

function unit(dims: number, random: () => number): Float32Array {
  const vector = Float32Array.from({ length: dims }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
