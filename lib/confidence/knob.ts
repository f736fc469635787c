import { upperBound } from "./clopper-pearson";

/** "Accept at most 1 wrong in N": N pictures judged, of which one may leave as a wrong class. */
export const KNOBS = [20, 50, 100, 200, 1000] as const;
export type Knob = (typeof KNOBS)[number];

export const DEFAULT_KNOB: Knob = 50;

/** How sure the guarantee is. */
export const GUARANTEE_CONFIDENCE = 0.95;

/**
 * The thresholds that are tried, from the strictest down. The order is fixed before anything is
 * counted: that is what lets all of them share one error probability.
 */
const SEQUENCE: readonly number[] = [
  ...Array.from({ length: 20 }, (_, step) => 1 - 0.0005 * step),
  ...Array.from({ length: 98 }, (_, step) => (99 - step) / 100),
];

/** Nobody labels more. */
const MOST_PHOTOS = 100_000;

/** A labelled picture that was judged: how sure the winner was, and whether it was right. */
export interface Judged {
  readonly confidence: number;
  readonly right: boolean;
  /** The same picture at the stages of a cascade before: the first that is sure enough decides. */
  readonly before?: readonly Judged[] | undefined;
}

/**
 * The lowest threshold under which at most 1 in `knob` of the pictures is decided and wrong, proven
 * at 95 % by the judged ones: Learn then Test (Angelopoulos et al. 2021, arXiv 2110.01052) with
 * fixed-sequence testing and Clopper-Pearson bounds. Null where they are too few.
 */
export function provenThreshold(judged: readonly Judged[], knob: Knob): number | null {
  let proven: number | null = null;
  for (const threshold of SEQUENCE) {
    const wrong = countWrong(judged, threshold);
    if (upperBound(wrong, judged.length, GUARANTEE_CONFIDENCE) > 1 / knob) break;
    proven = threshold;
  }
  return proven;
}

/**
 * How many more labelled pictures would prove the knob, if as many of them are wrong as of those
 * that were judged; null where no number would.
 */
export function missingPhotos(wrong: number, judged: number, knob: Knob): number | null {
  const rate = judged === 0 ? 0 : wrong / judged;
  if (rate >= 1 / knob) return null;
  const proves = (photos: number): boolean =>
    upperBound(Math.round(rate * photos), photos, GUARANTEE_CONFIDENCE) <= 1 / knob;
  let few = judged;
  let enough = Math.max(1, few);
  while (!proves(enough)) {
    if (enough > MOST_PHOTOS) return null;
    few = enough;
    enough *= 2;
  }
  while (enough - few > 1) {
    const middle = Math.ceil((few + enough) / 2);
    if (proves(middle)) enough = middle;
    else few = middle;
  }
  return enough - judged;
}

function countWrong(judged: readonly Judged[], threshold: number): number {
  return judged.filter((one) => {
    const decides = [...(one.before ?? []), one].find(({ confidence }) => confidence >= threshold);
    return decides?.right === false;
  }).length;
}

/** The knob that a setting or a message names; undefined where it names none. */
export function toKnob(value: unknown): Knob | undefined {
  const number = typeof value === "string" ? Number(value.trim()) : value;
  return KNOBS.find((knob) => knob === number);
}
