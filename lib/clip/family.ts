import { isRecord, type UnknownRecord } from "../basics/is-record";

export type Family = "clip" | "siglip";

/**
 * Factors that turn cosines into belief (softmax of factor · cosine): `words` among names, `sight`
 * between a picture and names, where it is the model's logit scale.
 */
export interface Sharpness {
  readonly words: number;
  readonly sight: number;
}

/** What differs between the families of dual encoders. */
export interface FamilyRules {
  /** Upper bound of tokens a text, where the model's own files say more or nothing. */
  readonly maxTokens: number;
  /** SigLIP pools the last position and never saw a short row: every row is padded to the end. */
  readonly padToEnd: boolean;
  /** SigLIP was trained on lower-case text, and its fast tokenizer does not see to it. */
  readonly lowercase: boolean;
  readonly sharpness: Sharpness;
  /** Cosine from which on two names say the same thing. */
  readonly sameName: number;
}

// Sight: the logit scales that the models were trained with (CLIP's 100, SigLIP's 117). Words:
// names among each other lie between 0.7 and 0.95 in CLIP's text tower, twice as close as in the
// starter's, for which 20 was measured.
export const FAMILIES: Readonly<Record<Family, FamilyRules>> = {
  clip: {
    maxTokens: 512,
    padToEnd: false,
    lowercase: false,
    sharpness: { words: 40, sight: 100 },
    sameName: 0.92,
  },
  siglip: {
    maxTokens: 64,
    padToEnd: true,
    lowercase: true,
    sharpness: { words: 40, sight: 117 },
    sameName: 0.92,
  },
};

/** The family by `model_type` of `config.json`; whatever is no SigLIP is treated as CLIP is. */
export function detectFamily(config: UnknownRecord): Family {
  const { model_type: type } = config;
  return typeof type === "string" && type.startsWith("siglip") ? "siglip" : "clip";
}

/** Token tables for one language have 30,000 to 50,000 entries, those for many 250,000. */
const MULTILINGUAL_ENTRIES = 100_000;

/** Whether a model reads more than English, as far as its token table tells. */
export function detectLanguages(config: UnknownRecord): "en" | "multilingual" {
  const text = isRecord(config.text_config) ? config.text_config : {};
  const entries = text.vocab_size ?? config.vocab_size;
  return typeof entries === "number" && entries > MULTILINGUAL_ENTRIES ? "multilingual" : "en";
}

/** Tokens that a text may have, its opening and closing token included. */
export function readMaxTokens(
  family: Family,
  config: UnknownRecord,
  tokenizerConfig: UnknownRecord,
): number {
  const text = isRecord(config.text_config) ? config.text_config : {};
  // A tokenizer without a limit says 1e30, and then the text tower's positions are the limit.
  const limits = [
    tokenizerConfig.model_max_length,
    text.max_position_embeddings,
    config.max_position_embeddings,
  ].filter((limit) => typeof limit === "number" && Number.isInteger(limit) && limit > 2);
  return Math.min(FAMILIES[family].maxTokens, ...(limits as number[]));
}

/**
 * Cuts ids to `maxTokens`. The closing token must survive: CLIP's text tower pools at it, and
 * where it is cut off every long text gets the same vector.
 */
export function truncateIds(
  ids: readonly number[],
  maxTokens: number,
  closing: number | null,
): number[] {
  const kept = ids.slice(0, maxTokens);
  if (ids.length > maxTokens && closing !== null) kept[maxTokens - 1] = closing;
  return kept;
}
