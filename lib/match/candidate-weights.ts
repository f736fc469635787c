import type { Candidate } from "../lmm/lmm";
import { foldName } from "../vocabulary/fold-name";

/** A proposed name or synonym with the weight of its candidate. */
export interface WeighedName {
  readonly name: string;
  readonly fold: string;
  /** 0…1; 1 for the first candidate. */
  readonly weight: number;
  /** Place of its candidate, from 0. */
  readonly rank: number;
  /** Positions of the classes that cannot win through this name. */
  readonly banned: readonly number[];
}

/** Candidates beyond these are no proposals but a dictionary, and each costs an embedding. */
const MAX_CANDIDATES = 20;

/** Synonyms beyond these add time, not knowledge: an LMM's lists go from near to far. */
const MAX_SYNONYMS = 4;

/**
 * What each further place costs where the LMM does not say how sure it is. Measured with the
 * built-in recogniser's names on 196 labelled photos. All names as classes, at 0.95, 0.8 and 0.7:
 * 94, 93 and 92 % right, 5, 4 and 5 % wrong. Half of them as classes: 95, 96 and 95 % right, and of
 * the 98 strangers 41, 28 and 20 % taken for a class by a later candidate's name.
 */
const RANK_WEIGHT = 0.8;

/**
 * How strongly a lower probability weighs: p / p(first) to this power; at 0 the fifth guess counts
 * like the first, at 1 hardly any but the first counts. Chosen on the same photos, with half of
 * their names as classes: at 0.1, 0.2, 0.3 and 0.5 of the classes 95, 95, 95 and 94 % are right,
 * of the strangers 29, 18, 17 and 15 % are taken for a class; with all names as classes 94, 93, 92
 * and 92 % are right.
 */
const PROBABILITY_POWER = 0.2;

const NOBODY: readonly number[] = [];

/** A synonym is a little less sure than the name that the LMM put first. */
const SYNONYM_WEIGHT = 0.99;

/**
 * The names and synonyms of all candidates, each once, with the best weight it has. A class whose
 * not-word is a candidate's name cannot win through that candidate's synonyms either: "hammer
 * drill" with the synonym "hammer" is still no hammer. A synonym that is a not-word bans only
 * itself.
 *
 * @param bannedBy positions of the classes that have a folded name among their not-words
 */
export function weighCandidates(
  candidates: readonly Candidate[],
  bannedBy: (fold: string) => readonly number[],
): WeighedName[] {
  const best = new Map<string, WeighedName>();
  const surest = candidates[0]?.probability;
  for (const [rank, candidate] of candidates.slice(0, MAX_CANDIDATES).entries()) {
    const { name, synonyms, probability } = candidate;
    const weight =
      probability !== undefined && surest
        ? Math.min(1, (probability / surest) ** PROBABILITY_POWER)
        : RANK_WEIGHT ** rank;
    const bannedByName = bannedBy(foldName(name));
    for (const [place, text] of [name, ...synonyms.slice(0, MAX_SYNONYMS)].entries()) {
      const fold = foldName(text);
      if (!fold) continue;
      const bannedByFold = bannedBy(fold);
      const banned =
        bannedByName.length + bannedByFold.length === 0
          ? NOBODY
          : [...new Set([...bannedByName, ...bannedByFold])];
      const entry: WeighedName = {
        name: text,
        fold,
        weight: place === 0 ? weight : weight * SYNONYM_WEIGHT,
        rank,
        banned,
      };
      const key = `${banned.join()}\n${fold}`;
      if (entry.weight > (best.get(key)?.weight ?? 0)) best.set(key, entry);
    }
  }
  return [...best.values()];
}
