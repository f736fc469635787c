/**
 * The steps that can make a decision wrong, in the order in which a picture meets them:
 *
 * - `unreadable`: the picture cannot be decoded.
 * - `failed`: a model or server failed; nothing was decided.
 * - `label`: every witness agrees against the label, which is doubtful.
 * - `unnamed`: the LMM never named what the picture shows (stage 1).
 * - `removed`: a denial, a not-word or a rule took the right name away.
 * - `contradicted`: the words were right, and what was seen spoke against them.
 * - `mismatched`: named, but matched to another class (stage 2).
 * - `close`: the right class came second, hardly behind the first.
 * - `unsure`: the right class came first, but not surely enough to be decided.
 */
export const BLAMES = [
  "unreadable",
  "failed",
  "label",
  "unnamed",
  "removed",
  "contradicted",
  "mismatched",
  "close",
  "unsure",
] as const;
export type Blame = (typeof BLAMES)[number];
