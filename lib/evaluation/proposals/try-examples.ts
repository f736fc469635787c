import type { JudgedPhoto } from "../evaluated-photo";
import { chooseExamples, toExamplePhoto, withExamples, type Features } from "./choose-examples";
import type { Tried, TrialBench } from "./trial";

/** Examples of each class: more help little, and leave fewer photos to judge by. */
const PER_CLASS = 5;

/** Some of the photos as examples. No photo is scored by one that might be of the same moment. */
export async function tryExamples(bench: TrialBench): Promise<Tried[]> {
  const { check } = bench;
  const features = await seeAll(bench);
  if (features.size === 0) return [];
  const chosen = chooseExamples(check.photos, features, PER_CLASS);
  const measured = await check.replayParts(async ({ own, others }) => {
    const photos = chooseExamples(others, features, PER_CLASS, own);
    if (photos.length === 0) return null;
    return {
      experiment: { ...bench.experiment, examples: await addTo(bench, photos, features) },
    };
  });
  const photos = chosen.map(toExamplePhoto);
  const change = { kind: "examples", perClass: PER_CLASS, photos } as const;
  return [{ change, reason: { key: "evaluation.reason-examples" }, measured }];
}

function addTo(
  { experiment, laboratory }: TrialBench,
  photos: readonly JudgedPhoto[],
  features: Features,
) {
  return withExamples(experiment.examples, photos, features, laboratory.embedder.info.digest);
}

/** The photos as the image tower sees them; none where it has none. */
async function seeAll({ check, laboratory }: TrialBench): Promise<Features> {
  const features = new Map<JudgedPhoto, Float32Array>();
  if (!laboratory.embedder.info.hasVision) return features;
  for (const photo of check.photos) {
    const vector = await laboratory.see(photo);
    if (vector) features.set(photo, vector);
  }
  return features;
}
