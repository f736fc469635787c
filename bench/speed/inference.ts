import { randomUUID } from "node:crypto";

import type { Embedder } from "../../lib/clip/embedder";
import { VectorTable } from "../../lib/clip/vector-table";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { DEFAULT_TEMPLATE, renderTemplate } from "../../lib/vocabulary/class-names";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { createRandom } from "../../tools/fit-confidence/random";
import { openRawTextModel } from "../raw-runtime";
import { fastest, type Row } from "./row";

const ROUNDS = 50;
const CLASSES = 1_000;
const TABLE = { rows: 100_000, dims: 512 };

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
