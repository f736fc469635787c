import type { Evidence } from "../confidence/features";
import type { Frame } from "../frame/frame";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { Words } from "./finding";
import type { SpotCheck } from "./result";

/** Share of the images decided without the LMM about which it is asked all the same. */
export const SPOT_CHECKS = 0.01;

/**
 * Whether the LMM is asked about an image that is decided already. The image itself says so, by its
 * hash: the same image always gets the same answer, and no line is checked in step with its parts.
 *
 * @param share 0…1
 */
export function isSpotChecked({ hash }: Pick<Frame, "hash">, share: number): boolean {
  return parseInt(hash.slice(0, 8), 16) < share * 2 ** 32;
}

/**
 * What the LMM's words would have made of an image that was decided without them. They agree where
 * the class stays the likeliest.
 *
 * @param winner position of the class that was decided
 * @param heard the evidence with the words
 */
export function compareWords(
  winner: number,
  heard: Evidence,
  { candidates }: Words,
  { classes }: Vocabulary,
): SpotCheck {
  const { combined, words } = heard;
  const [likeliest = -1] = combined.order;
  const isOne = (combined.shares[likeliest] ?? 0) >= combined.none && !words?.vetoed.size;
  const found = isOne ? classes[likeliest] : undefined;
  return {
    agrees: isOne && likeliest === winner,
    class: found?.id ?? null,
    label: found?.label ?? null,
    candidates,
  };
}
