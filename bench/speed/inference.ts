import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import path from "node:path";

import type { Embedder } from "../../lib/clip/embedder";
import { createNormaliser } from "../../lib/clip/normalise-pixels";
import { VectorTable } from "../../lib/clip/vector-table";
import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import { Recogniser } from "../../lib/lmm/recogniser";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { classifyFrame } from "../../lib/tlac/classify";
import { DEFAULT_TEMPLATE, renderTemplate } from "../../lib/vocabulary/class-names";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { createRandom } from "../../tools/fit-confidence/random";
import { NO_SPINNING, openRawTextModel } from "../raw-runtime";
import { drawExamples } from "../witness-cost";
import { readStarterSpec } from "./frames";
import { fastest, type Row } from "./row";

const ROUNDS = 50;
/** The engine compiles what has run often; a plant's process has run for years. */
const PICTURES = 200;
const CLASSES = 1_000;
const CLASSES_OF_PICTURE = 100;
const EXAMPLES = 500;
const TABLE = { rows: 100_000, dims: 512 };

/** The starter's image tower on the bare runtime. */
export async function openRawVisionModel() {
  const ort = await import("onnxruntime-node");
  const file = path.resolve("models/starter/onnx/vision_model_fp16.onnx");
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: availableParallelism(),
    ...NO_SPINNING,
  });
  return {
    see: (data: Float32Array, side: number) =>
      session.run({ pixel_values: new ort.Tensor("float32", data, [1, 3, side, side]) }),
    close: () => session.release(),
  };
}

/** The recogniser's words, sight and 500 examples of a picture, against its one forward pass. */
export async function measureWitnesses(embedder: Embedder): Promise<Row> {
  const [frame] = (await readFrames(path.resolve("examples/photos/cat.jpg"), ALLOWED)).frames;
  if (!frame) throw new Error("The photo of a cat is missing.");
  const labels = namesOf(embedder, CLASSES_OF_PICTURE).map((label) => ({ label }));
  const index = await VocabularyIndex.build(createVocabulary(labels), embedder);
  const lmm = new Recogniser(embedder);
  const { features } = await embedder.see(frame);
  const examples = drawExamples(features?.length ?? 0, EXAMPLES, labels.length);
  const spec = await readStarterSpec();
  const { data, width } = await frame.pixels(spec);
  const planes = createNormaliser(spec)(data);
  const raw = await openRawVisionModel();
  // A frame of its own each time: what was seen of a frame is remembered with it.
  const fresh = (): Frame => ({ ...frame, hash: randomUUID() });
  const { ours, bare } = await fastest(
    {
      ours: () => classifyFrame(fresh(), { mode: "slac", lmm, index, examples }),
      bare: () => raw.see(planes, width),
    },
    PICTURES,
  );
  await raw.close();
  return {
    measure: "all witnesses of one picture, starter",
    limit: "one forward pass of the bare runtime",
    value: ours / bare,
    unit: "times",
    goal: 1.15,
    details: { "ours ms": ours, "bare ms": bare },
  };
}

const ALLOWED = { access: { folders: [path.resolve("examples/photos")], hosts: [] } };

/** The three words of an answer, new and known, against 1,000 classes. */
export async function measureWords(embedder: Embedder): Promise<Row[]> {
  const labels = namesOf(embedder, CLASSES).map((label) => ({ label }));
  const index = await VocabularyIndex.build(createVocabulary(labels), embedder);
  const raw = await openRawTextModel();
  const answer = (): { name: string; synonyms: string[] }[] =>
    Array.from({ length: 3 }, () => ({
      name: `thing ${randomUUID().slice(0, 8)}`,
      synonyms: [],
    }));
  const known = answer();
  await index.hear(known);
  const texts = (): string[] => answer().map(({ name }) => renderTemplate(DEFAULT_TEMPLATE, name));
  const { fresh, again, bare, singly } = await fastest(
    {
      fresh: () => index.hear(answer()),
      again: () => index.hear(known),
      bare: () => raw.embed(texts()),
      singly: async () => {
        for (const text of texts()) await raw.embed([text]);
      },
    },
    ROUNDS,
  );
  await raw.close();
  return [
    {
      measure: "three new words of an answer, 1,000 classes",
      limit: "their embedding by the bare runtime",
      value: fresh / bare,
      unit: "times",
      goal: 1.3,
      details: { "ours ms": fresh, "bare ms": bare, "bare, one by one ms": singly },
    },
    {
      measure: "the same words seen before",
      limit: "a look into memory",
      value: again,
      unit: "ms",
      goal: 2,
      details: {},
    },
  ];
}

/** One word against very many names: what a scan costs beside the memory that it reads. */
export async function measureScan(): Promise<Row> {
  const { rows, dims } = TABLE;
  const random = createRandom(3);
  const vectors = Array.from({ length: 64 }, () =>
    Float32Array.from({ length: dims }, () => random() - 0.5),
  );
  const table = VectorTable.of(
    Array.from({ length: rows }, (_, row) => vectors[row % vectors.length] as Float32Array),
    dims,
  );
  const memory = new Float32Array(rows * dims).fill(1);
  const cosines = new Float32Array(rows);
  const word = vectors[0] as Float32Array;
  const { ours, bare } = await fastest(
    {
      ours: () => {
        table.forEachDot(word, (row, cosine) => {
          cosines[row] = cosine;
        });
      },
      bare: () => memory.slice(),
    },
    ROUNDS,
  );
  return {
    measure: "a scan of 100,000 × 512",
    limit: "one copy of that memory into new memory",
    value: ours / bare,
    unit: "times",
    goal: 0.6,
    details: { "ours ms": ours, "copy ms": bare },
  };
}

function namesOf({ info }: Embedder, count: number): string[] {
  return (info.labels ?? []).slice(0, count).map(({ name }) => name);
}
