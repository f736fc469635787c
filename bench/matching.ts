import { randomUUID } from "node:crypto";
import path from "node:path";

import type { Embedder } from "../lib/clip/embedder";
import { VocabularyIndex } from "../lib/match/vocabulary-index";
import { createVocabulary } from "../lib/vocabulary/vocabulary";
import { timeOf } from "./embedding";
import { NO_SPINNING } from "./raw-runtime";
import { median, milliseconds, printFigure, printTitle } from "./print";

const CLASSES = 100;
const ROUNDS = 9;

/**
 * One answer against 100 classes: our index against transformers.js' zero-shot pipeline, which
 * embeds every class name again for each question. The pipeline's own code runs on the same two
 * towers. A word costs one embedding when it is new; a plant's words repeat, and those cost none.
 */
export async function measureMatching(embedder: Embedder): Promise<void> {
  const labels = (embedder.info.labels ?? []).slice(0, CLASSES).map(({ name }) => name);
  const vocabulary = createVocabulary(labels.map((label) => ({ label })));
  const index = await VocabularyIndex.build(vocabulary, embedder, {});
  const pipeline = await openZeroShotPipeline(embedder);
  const image = await pipeline.blankImage();
  await pipeline.run(image, labels);
  const fresh: number[] = [];
  const known: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const candidate = { name: `unheard-of thing ${String(round)} ${randomUUID()}`, synonyms: [] };
    fresh.push(await timeOf(() => index.hear([candidate])));
    known.push(await timeOf(() => index.hear([candidate])));
    theirs.push(await timeOf(() => pipeline.run(image, labels)));
  }
  const ratio = median(theirs) / median(known);
  printTitle(`Matching one answer against ${String(CLASSES)} classes (median)`);
  printFigure("transformers.js' zero-shot pipeline", milliseconds(median(theirs)));
  printFigure("a word that was seen before", milliseconds(median(known)));
  printFigure("ratio", ratio.toFixed(0), { text: "≥ 50", met: ratio >= 50 });
  printFigure("a new word, its embedding included", milliseconds(median(fresh)));
  printFigure("ratio", (median(theirs) / median(fresh)).toFixed(0));
}

interface Embeds {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

async function openZeroShotPipeline(embedder: Embedder) {
  const {
    AutoProcessor,
    AutoTokenizer,
    CLIPTextModelWithProjection,
    CLIPVisionModelWithProjection,
    RawImage,
    Tensor,
    ZeroShotImageClassificationPipeline,
  } = await import("@huggingface/transformers");
  const starter = path.resolve("models/starter");
  const local = { local_files_only: true, session_options: NO_SPINNING };
  const { dtype } = embedder.info;
  const tokenizer = await AutoTokenizer.from_pretrained(starter, local);
  const processor = await AutoProcessor.from_pretrained(starter, local);
  const text = await CLIPTextModelWithProjection.from_pretrained(starter, {
    ...local,
    dtype: dtype.text,
  });
  const vision = await CLIPVisionModelWithProjection.from_pretrained(starter, {
    ...local,
    dtype: dtype.vision,
  });
  type Tensors = Record<string, InstanceType<typeof Tensor>>;
  // The pipeline expects one model with both towers; the starter ships them as two.
  const model = Object.assign(
    async (inputs: Tensors) => {
      const { text_embeds: texts } = (await text(inputs)) as { text_embeds: Embeds };
      const { image_embeds: images } = (await vision(inputs)) as { image_embeds: Embeds };
      const [count = 0, width = 1] = texts.dims;
      const logits = Float32Array.from({ length: count }, (_, row) => {
        let dot = 0;
        for (let column = 0; column < width; column++) {
          dot += (texts.data[row * width + column] ?? 0) * (images.data[column] ?? 0);
        }
        return dot;
      });
      return { logits_per_image: new Tensor("float32", logits, [1, logits.length]) };
    },
    { config: { model_type: "clip" } },
  );
  const pipeline = new ZeroShotImageClassificationPipeline({
    task: "zero-shot-image-classification",
    model,
    tokenizer,
    processor,
  } as never);
  return {
    run: (image: InstanceType<typeof RawImage>, labels: string[]) => pipeline(image, labels),
    blankImage: () =>
      Promise.resolve(new RawImage(new Uint8ClampedArray(320 * 240 * 3).fill(127), 320, 240, 3)),
  };
}
