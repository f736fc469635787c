import type { Frame } from "../frame/frame";
import type { Dtype } from "./dtype";
import type { Family, Sharpness } from "./family";
import type { Label } from "./model-folder";
import type { Provider } from "./provider";

export type { Dtype } from "./dtype";
export type { Family, Sharpness } from "./family";
export type { Label } from "./model-folder";

/** What is known of a loaded model. */
export interface EmbedderInfo {
  /** The preset's name, or the folder's. */
  readonly name: string;
  /** 16 hex digits over the files that decide what comes out. */
  readonly digest: string;
  readonly family: Family;
  /** Without an image tower `vision` repeats `text`; see `hasVision`. */
  readonly dtype: { readonly text: Dtype; readonly vision: Dtype };
  /** Length of every vector. */
  readonly dims: number;
  /** A text is cut after so many tokens, its closing token included. */
  readonly maxTokens: number;
  readonly languages: "en" | "multilingual";
  readonly hasVision: boolean;
  /** Names of the image tower's own classes, in the order of its logits. */
  readonly labels: readonly Label[] | null;
  readonly sharpness: Sharpness;
  /** Cosine from which on two names say the same thing. */
  readonly sameName: number;
  /** A provider that was wanted and cannot be used here: the CPU computes. Null: as wanted. */
  readonly refused: { readonly provider: Provider; readonly reason: string } | null;
}

/** What one pass of the image tower tells of a picture. */
export interface Sight {
  /** Unit vector [dims] in the space of the texts; null where the tower has none of that length. */
  readonly embedding: Float32Array | null;
  /**
   * Unit vector of the pooled features, to compare pictures with one another; the embedding where
   * the tower gives no features of their own.
   */
  readonly features: Float32Array | null;
  /** Probabilities of the tower's own classes, which sum to 1; null where it has none. */
  readonly probabilities: Float32Array | null;
}

export interface EmbedOptions {
  readonly signal?: AbortSignal;
}

/**
 * Turns text and, where the model has an image tower, pictures into unit vectors of one space.
 * Vectors are shared with a cache: read them, do not write into them.
 * Every call rejects with `EMBEDDER_UNAVAILABLE` where the model fails and `CLOSED` where its
 * signal or the embedder's owner has ended it.
 */
export interface Embedder {
  readonly info: EmbedderInfo;
  /** Unit vectors in the order of the texts. */
  embedTexts(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  /** All that the image tower tells of a picture, by one pass however many ask. */
  see(frame: Frame, options?: EmbedOptions): Promise<Sight>;
  /** Tokens of each text before it is cut, opening and closing token included. */
  countTokens(texts: readonly string[]): Promise<number[]>;
}
