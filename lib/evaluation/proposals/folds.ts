import { createHash } from "node:crypto";

import type { JudgedPhoto } from "../evaluated-photo";

/** Parts of the photos in cross-validation. */
export const FOLDS = 5;

/**
 * The part of each photo, 0 … `FOLDS` − 1: the same on every day, equal pictures together, and as
 * many of each class as can be.
 */
export function assignFolds(photos: readonly JudgedPhoto[]): number[] {
  const truths = new Map(photos.map(({ picture, truth }) => [picture, truth]));
  const counts = new Map<string | null, number>();
  const folds = new Map(
    inRandomOrder([...truths.keys()], (picture) => picture).map((picture) => {
      const truth = truths.get(picture) ?? null;
      const count = counts.get(truth) ?? 0;
      counts.set(truth, count + 1);
      return [picture, count % FOLDS];
    }),
  );
  return photos.map(({ picture }) => folds.get(picture) ?? 0);
}

/** In an order that nobody chose, and that is the same tomorrow. */
export function inRandomOrder<T>(items: readonly T[], name: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, hash: createHash("sha256").update(name(item)).digest() }))
    .sort((a, b) => a.hash.compare(b.hash))
    .map(({ item }) => item);
}
