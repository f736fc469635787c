import { createExampleSet, type ExampleRow, type ExampleSet } from "../../examples/example-set";
import { gradeOf, type JudgedPhoto } from "../evaluated-photo";
import type { ExamplePhoto } from "./change";
import { inRandomOrder } from "./folds";

/** Cosine from which on two pictures teach the same. */
const ALIKE = 0.97;

/** The image as the tower sees it, unit vectors by photo; photos without one are no examples. */
export type Features = ReadonlyMap<JudgedPhoto, Float32Array>;

/**
 * Photos that would be confirmed as examples, at most so many of each class: those that were not
 * decided rightly first, none that looks like another one of its class or like one of `unseen`, and
 * none whose label is in doubt.
 */
export function chooseExamples(
  photos: readonly JudgedPhoto[],
  features: Features,
  perClass: number,
  unseen: readonly JudgedPhoto[] = [],
): JudgedPhoto[] {
  const isUnlike = (vector: Float32Array) => (other: JudgedPhoto) =>
    cosine(features.get(other), vector) < ALIKE;
  const fit = photos.filter(({ truth, blame }) => truth !== null && blame !== "label");
  const shuffled = inRandomOrder(fit, ({ picture }) => picture);
  const wanting = shuffled.filter((one) => gradeOf(one) !== "right");
  const sorted = [...wanting, ...shuffled.filter((one) => gradeOf(one) === "right")];
  const chosen = new Map<string, JudgedPhoto[]>();
  for (const photo of sorted) {
    const vector = features.get(photo);
    const own = chosen.get(photo.truth ?? "") ?? [];
    if (!vector || own.length >= perClass) continue;
    const isNew = [...own, ...unseen].every(isUnlike(vector));
    if (isNew) chosen.set(photo.truth ?? "", [...own, photo]);
  }
  return [...chosen.values()].flat();
}

export function toExamplePhoto({ truth, file, name }: JudgedPhoto): ExamplePhoto {
  return { class: truth ?? "", file, name };
}

/** The examples that are there, with these photos. */
export function withExamples(
  known: ExampleSet | undefined,
  photos: readonly JudgedPhoto[],
  features: Features,
  model: string,
): Promise<ExampleSet> {
  const dims = known?.dims ?? 0;
  const old = (known?.classIds ?? []).map((classId, row): ExampleRow => {
    const file = known?.files[row] ?? "";
    const vector = known?.vectors.subarray(row * dims, (row + 1) * dims) ?? new Float32Array();
    return { classId, file, hash: file, vector };
  });
  const more = photos.flatMap((photo): ExampleRow[] => {
    const vector = features.get(photo);
    const { truth, name, picture } = photo;
    return vector ? [{ classId: truth ?? "", file: name, hash: picture, vector }] : [];
  });
  return createExampleSet(model, [...old, ...more]);
}

function cosine(a: Float32Array | undefined, b: Float32Array): number {
  return a?.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0) ?? 0;
}
