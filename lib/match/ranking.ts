/** How a class got its score. */
export interface Via {
  /** The proposed word; the empty string where the image itself was compared. */
  readonly candidate: string;
  /** The class's name that fitted it best. */
  readonly alias: string;
  /** `alias`: the same name; `text`: a near one; `image`: the image's own vector. */
  readonly kind: "alias" | "text" | "image";
  /** The name is the glossary's; absent: the class's own. */
  readonly glossary?: true;
}

export interface RankedClass {
  readonly class: string;
  readonly label: string;
  /** Cosine −1…1 of the best name, lowered for a candidate that the LMM was less sure of. */
  readonly score: number;
  readonly via: Via;
}

/** Classes by score, and the best word that stands for none of them. */
export interface Ranking {
  /** Best first, the first `RANKING_LENGTH`. */
  readonly classes: readonly RankedClass[];
  /** The background word that came closest; null where there was nothing to compare. */
  readonly background: { readonly word: string; readonly score: number } | null;
  /** Classes that a not-word ruled out although they would have come first. */
  readonly vetoed: readonly string[];
}

/** As many classes as a person looks at, and as a near-tie can be about. */
export const RANKING_LENGTH = 10;
