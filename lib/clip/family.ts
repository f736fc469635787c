import { isRecord, type UnknownRecord } from "../basics/is-record";

export type Family = "clip" | "siglip";

/** Cosines below which nothing is taken for a class, and within which two classes are a tie. */
export interface DecisionDefaults {
  readonly threshold: number;
  readonly margin: number;
}

/** What differs between the families of dual encoders. */
export interface FamilyRules {
  /** Upper bound of tokens a text, where the model's own files say more or nothing. */
  readonly maxTokens: number;
  /** SigLIP pools the last position and never saw a short row: every row is padded to the end. */
  readonly padToEnd: boolean;
  /** SigLIP was trained on lower-case text, and its fast tokenizer does not see to it. */
  readonly lowercase: boolean;
  readonly decision: { readonly text: DecisionDefaults; readonly image: DecisionDefaults };
}

// Decision defaults: image scores follow reports from the field (openai/CLIP#405: 0.25 for the
// right text, 0.19 for a wrong one); names among each other lie between 0.7 and 0.95 in CLIP's text
// tower. They are a start: measure on photos of your own.
export const FAMILIES: Readonly<Record<Family, FamilyRules>> = {
  clip: {
    maxTokens: 512,
    padToEnd: false,
    lowercase: false,
    decision: {
      text: { threshold: 0.8, margin: 0.02 },
      image: { threshold: 0.22, margin: 0.01 },
    },
  },
  siglip: {
    maxTokens: 64,
    padToEnd: true,
    lowercase: true,
    decision: {
      text: { threshold: 0.8, margin: 0.02 },
      image: { threshold: 0.05, margin: 0.01 },
    },
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
