import type { Candidate } from "../lmm/lmm";
import { foldName } from "../vocabulary/fold-name";

/** A proposed name or synonym with the weight of its candidate. */
export interface WeighedName {
  readonly name: string;
  readonly fold: string;
  /** 0…1; 1 for the first candidate. */
  readonly weight: number;
}

/** Synonyms beyond these add time, not knowledge: an LMM's lists go from near to far. */
const MAX_SYNONYMS = 4;

/** What each further place costs where the LMM does not say how sure it is. */
const RANK_WEIGHT = 0.98;

/**
 * How strongly a lower probability weighs: p / p(first) to this power. Measured on labelled
 * photos: at 0 the fifth guess counts like the first, at 1 only the first counts.
 */
const PROBABILITY_POWER = 0.1;

/** A synonym is a little less sure than the name that the LMM put first. */
const SYNONYM_WEIGHT = 0.99;

/** The names and synonyms of all candidates, each once, with the best weight it has. */
export function weighCandidates(candidates: readonly Candidate[]): WeighedName[] {
  const byFold = new Map<string, WeighedName>();
  const surest = candidates[0]?.probability;
  for (const [rank, { name, synonyms, probability }] of candidates.entries()) {
    const weight =
      probability !== undefined && surest
        ? Math.min(1, (probability / surest) ** PROBABILITY_POWER)
        : RANK_WEIGHT ** rank;
    for (const [place, text] of [name, ...synonyms.slice(0, MAX_SYNONYMS)].entries()) {
      const fold = foldName(text);
      const entry = { name: text, fold, weight: place === 0 ? weight : weight * SYNONYM_WEIGHT };
      if (fold && entry.weight > (byFold.get(fold)?.weight ?? 0)) byFold.set(fold, entry);
    }
  }
  return [...byFold.values()];
}
