import type { Embedder } from "../../lib/clip/embedder";
import { readFrames } from "../../lib/frame/read-frames";
import { Recogniser } from "../../lib/lmm/recogniser";
import { RecogniserBrain } from "./brain-recogniser";

/** A brain that sees with the package's own image tower and compares words with its text tower. */
export function createEmbedderBrain(embedder: Embedder): RecogniserBrain {
  const recogniser = new Recogniser(embedder);
  const embed = (words: readonly string[]): Promise<Float32Array[]> =>
    embedder.embedTexts(words.map((word) => `a photo of a ${word.replaceAll("_", " ")}`));
  const names = new Map(
    (embedder.info.labels ?? []).flatMap(({ name, synonyms }) =>
      [name, ...synonyms].map((word) => [
        word.toLowerCase(),
        [name, ...synonyms].filter((other) => other !== word),
      ]),
    ),
  );
  return new RecogniserBrain({
    synonymsOf: (name) => names.get(name.toLowerCase()) ?? [],
    // Half-way to the same name: below, two names are different things.
    noneScore: embedder.info.sameName - 0.24,
    recognise: async (image) => {
      const [frame] = (await readFrames(image)).frames;
      if (!frame) return [];
      const { candidates } = await recogniser.propose(frame, "");
      return candidates.map(({ name, synonyms, probability = 0 }) => ({
        name,
        synonyms,
        score: probability,
      }));
    },
    similar: async (word, options) => {
      const [own, ...others] = await embed([word, ...options]);
      if (!own) return [];
      return others.map((other) =>
        other.reduce((sum, value, at) => sum + value * (own[at] ?? 0), 0),
      );
    },
  });
}
