import type { Testimony } from "../witness/testimony";

/** How a class got its score. */
export interface Via {
  /** The proposed word; the empty string where the image itself was compared. */
  readonly candidate: string;
  /** The class's name that fitted it best. */
  readonly alias: string;
  /** `alias`: the same name; `text`: a near one; `image`: the image's own vector or examples. */
  readonly kind: "alias" | "text" | "image";
  /** The name is the glossary's; absent: the class's own. */
  readonly glossary?: true;
}

/** The word for none of the classes that came closest, and its cosine. */
export interface Background {
  readonly word: string;
  readonly score: number;
}

/** What proposed words say, by position of the classes. */
export interface WordsTestimony extends Testimony {
  /** 0…1: weight of the word that is one of the class's own names; 0 where none is. */
  readonly exact: Float64Array;
  /** 0…1: how far the word that gave the class its score is trusted; 1: nobody had to learn it. */
  readonly trust: (position: number) => number;
  readonly background: Background | null;
  /** Classes that a not-word ruled out although they would have come first. */
  readonly vetoed: ReadonlySet<number>;
  /** The word and the name by which a class got its score; undefined where it has none. */
  readonly via: (position: number) => Via | undefined;
}

/** What the image tower says, by position of the classes. */
export interface SightTestimony extends Testimony {
  readonly background: Background | null;
  /** Whether the class is one of the image tower's own, so that its belief is a probability. */
  readonly recognises: (position: number) => boolean;
  readonly via: (position: number) => Via | undefined;
}
