import { createHash } from "node:crypto";

import { isJudged, type EvaluatedPhoto } from "../evaluated-photo";

export const FOLDS = 5;

/**
 * The part of each photo in cross-validation, 0 … FOLDS − 1: the same on every day, equal pictures
 * together, and as many of each class as can be.
 */
export function assignFolds(photos: readonly EvaluatedPhoto[]): number[] {
  const pictureOf = (photo: EvaluatedPhoto): string =>
    isJudged(photo) ? photo.picture : photo.name;
  const order = [...new Set(photos.map(pictureOf))].sort((a, b) => hash(a).compare(hash(b)));
  const truths = new Map(photos.map((photo) => [pictureOf(photo), photo.truth]));
  const counts = new Map<string | null, number>();
  const folds = new Map(
    order.map((picture) => {
      const truth = truths.get(picture) ?? null;
      const count = counts.get(truth) ?? 0;
      counts.set(truth, count + 1);
      return [picture, count % FOLDS];
    }),
  );
  return photos.map((photo) => folds.get(pictureOf(photo)) ?? 0);
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
