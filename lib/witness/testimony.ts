/** Independent sources of evidence, in the order in which they are told. */
export const WITNESSES = ["words", "sight", "examples"] as const;
export type Witness = (typeof WITNESSES)[number];

/** What one witness says of all classes of a vocabulary, by their position. */
export interface Testimony {
  /** Cosine −1…1 of each class; NaN where the witness has nothing to say of it. */
  readonly scores: Float64Array;
  /**
   * 0…1: how far it believes in each class. Those that it speaks of sum to 1 with `none`; a class
   * that it is silent about might be what the witness takes for none, so it gets as much.
   */
  readonly beliefs: Float64Array;
  /** 0…1: how far it believes that the picture shows none of the classes that it knows. */
  readonly none: number;
}

/** The testimonies of those who spoke; null or absent: silent. */
export type Testimonies = Readonly<Partial<Record<Witness, Testimony | null>>>;

/**
 * Turns cosines into shares of belief: a softmax over the classes and "none of them".
 *
 * @param scores cosine by class; NaN: silent
 * @param noneScore cosine that "none of them" has; −Infinity where nothing stands for it
 * @param sharpness factor before the exponential: a model's logit scale
 * @param room belief to share out, 0…1
 */
export function shareBelief(
  scores: Float64Array,
  noneScore: number,
  sharpness: number,
  room = 1,
): Pick<Testimony, "beliefs" | "none"> {
  let top = noneScore;
  for (const score of scores) if (score > top) top = score;
  const beliefs = new Float64Array(scores.length);
  if (top === -Infinity) return { beliefs: beliefs.fill(room), none: room };
  const noneWeight = Math.exp(sharpness * (noneScore - top));
  let sum = noneWeight;
  for (let position = 0; position < scores.length; position++) {
    const score = scores[position] as number;
    if (Number.isNaN(score)) continue;
    const weight = Math.exp(sharpness * (score - top));
    beliefs[position] = weight;
    sum += weight;
  }
  const none = (room * noneWeight) / sum;
  for (let position = 0; position < scores.length; position++) {
    const share = (room * (beliefs[position] as number)) / sum;
    beliefs[position] = Number.isNaN(scores[position]) ? none : share;
  }
  return { beliefs, none };
}
