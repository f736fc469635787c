import type { Frame } from "../frame/frame";
import type { WordsTestimony } from "../match/testimonies";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { ClassifyOptions } from "./classify";
import type { Words } from "./finding";
import type { SpotCheck } from "./result";

/** Share of the images decided without the LMM about which it is asked all the same. */
const SPOT_CHECKS = 0.01;

/**
 * Whether the LMM is asked about an image that is decided already. The image itself says so, by its
 * hash: the same image always gets the same answer, and no line is checked in step with its parts.
 *
 * @param options `spotChecks`: the share, 0…1
 */
export function isSpotChecked(
  { hash }: Pick<Frame, "hash">,
  { spotChecks = SPOT_CHECKS }: Pick<ClassifyOptions, "spotChecks">,
): boolean {
  return parseInt(hash.slice(0, 8), 16) < spotChecks * 2 ** 32;
}

/**
 * What the LMM's words alone make of an image that was decided without them. Pooled with what
 * decided, they could hardly ever turn it: examples count twice, and no witness rules a class out.
 *
 * @param winner position of the class that was decided
 * @param heard what the words say; null: there was none
 */
export function compareWords(
  winner: number,
  heard: WordsTestimony | null,
  { candidates }: Words,
  { classes }: Vocabulary,
): SpotCheck {
  const named = heard ? findNamed(heard, winner) : undefined;
  const { id, label } = classes[named ?? -1] ?? { id: null, label: null };
  return { agrees: named === winner, class: id, label, candidates };
}

/** The class that the words believe in most, `first` among equals; undefined: rather in none. */
function findNamed({ beliefs, none, vetoed }: WordsTestimony, first: number): number | undefined {
  // What would have come first is ruled out: the next best is no answer.
  if (vetoed.size > 0) return undefined;
  let [named, most] = [first, beliefs[first] ?? 0];
  for (const [position, belief] of beliefs.entries()) {
    if (belief > most) [named, most] = [position, belief];
  }
  return most > none ? named : undefined;
}
