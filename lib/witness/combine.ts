import { WITNESSES, type Testimonies, type Witness } from "./testimony";

/**
 * How much each witness's belief counts. A person confirmed the examples, so they count twice:
 * with twice the weight they decide over words and sight that know nothing of a plant's parts
 * (magnetic-tile defects), and still give way where all others contradict.
 */
const WEIGHTS: Readonly<Record<Witness, number>> = { words: 1, sight: 1, examples: 2 };

/** Belief below which no witness can rule a class out: each of them errs at times. */
const FLOOR = 1e-3;

/** All classes by what the witnesses say together. */
export interface Combined {
  /** Logarithm of the pooled belief by class position, up to a constant. */
  readonly utilities: Float64Array;
  /** Positions, best first, at most as many as asked for. */
  readonly order: readonly number[];
  /** Share of the pooled belief, 0…1, by position; sums to 1 with `none`. */
  readonly shares: Float64Array;
  readonly none: number;
}

/**
 * Pools the testimonies: a weighted product of beliefs (a logarithmic opinion pool; Genest and
 * Zidek 1986). Where nobody spoke, all classes are equal.
 *
 * @param classes number of classes
 * @param length how many positions `order` holds
 * @param ruledOut positions that cannot win
 */
export function combine(
  testimonies: Testimonies,
  classes: number,
  length: number,
  ruledOut: ReadonlySet<number> = new Set(),
): Combined {
  const utilities = new Float64Array(classes);
  let noneUtility = 0;
  for (const witness of WITNESSES) {
    const testimony = testimonies[witness];
    if (!testimony) continue;
    const weight = WEIGHTS[witness];
    noneUtility += weight * Math.log(testimony.none + FLOOR);
    const { beliefs } = testimony;
    for (let position = 0; position < classes; position++) {
      const belief = beliefs[position] ?? 0;
      utilities[position] = (utilities[position] ?? 0) + weight * Math.log(belief + FLOOR);
    }
  }
  for (const position of ruledOut) utilities[position] = -Infinity;
  const top = utilities.reduce((most, utility) => Math.max(most, utility), noneUtility);
  const weights = utilities.map((utility) => Math.exp(utility - top));
  const noneWeight = Math.exp(noneUtility - top);
  const sum = weights.reduce((total, weight) => total + weight, noneWeight);
  return {
    utilities,
    order: rank(utilities, length),
    shares: weights.map((weight) => weight / sum),
    none: noneWeight / sum,
  };
}

/** The best `length` positions; equal ones in the vocabulary's order. */
function rank(utilities: Float64Array, length: number): number[] {
  const best: number[] = [];
  const at = (position: number | undefined): number =>
    position === undefined ? -Infinity : (utilities[position] ?? -Infinity);
  for (let position = 0; position < utilities.length; position++) {
    const utility = at(position);
    if (utility <= (best.length < length ? -Infinity : at(best.at(-1)))) continue;
    let place = best.length;
    while (place > 0 && at(best[place - 1]) < utility) place--;
    best.splice(place, 0, position);
    if (best.length > length) best.pop();
  }
  return best;
}
