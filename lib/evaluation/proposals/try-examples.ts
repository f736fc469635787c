import type { JudgedPhoto } from "../evaluated-photo";
import { chooseExamples, toExamplePhoto, withExamples, type Features } from "./choose-examples";
import type { Tried, TrialBench } from "./trial";
import { benefitOf } from "./score";

/** Examples of each class that are tried: what a person confirms in a minute, and in five. */
const PER_CLASS = [2, 5] as const;

/** Some of the photos as examples, as many of each class as help most. */
export async function tryExamples(bench: TrialBench): Promise<Tried[]> {
  const { check, accept } = bench;
  const features = await seeAll(bench);
  if (features.size === 0) return [];
  const tried: Tried[] = [];
  for (const perClass of PER_CLASS) {
    const chosen = chooseExamples(check.photos, features, perClass);
    const measured = await check.replayParts(async ({ others }) => {
      const photos = chooseExamples(others, features, perClass);
      if (photos.length === 0) return null;
      return {
        experiment: { ...bench.experiment, examples: await addTo(bench, photos, features) },
      };
    });
    const change = { kind: "examples", perClass, photos: chosen.map(toExamplePhoto) } as const;
    tried.push({ change, reason: { key: "evaluation.reason-examples" }, measured });
  }
  const [best] = tried.sort(
    (a, b) => benefitOf(b.measured, accept) - benefitOf(a.measured, accept),
  );
  return best ? [best] : [];
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
