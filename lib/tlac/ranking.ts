import type { Evidence } from "../confidence/features";
import type { Via } from "../match/testimonies";
import type { VocabularyClass } from "../vocabulary/vocabulary";
import { WITNESSES, type Witness } from "../witness/testimony";

/** As many classes as a person looks at, and as a near-tie can be about. */
export const RANKING_LENGTH = 10;

/**
 * One class and what each witness says of it: the cosine −1…1 by the LMM's words, by the image
 * itself, by the confirmed examples. A witness that is silent about it is absent.
 */
export interface RankedClass extends Readonly<Partial<Record<Witness, number>>> {
  readonly class: string;
  readonly label: string;
  /** 0…1: share of the witnesses' pooled belief. */
  readonly score: number;
  readonly via: Via;
}

/** The best classes as a result tells them. */
export function describeRanking(
  evidence: Evidence,
  classes: readonly VocabularyClass[],
): RankedClass[] {
  const { combined, words, sight } = evidence;
  return combined.order.flatMap((position): RankedClass[] => {
    const entry = classes[position];
    if (!entry) return [];
    const scores: Partial<Record<Witness, number>> = {};
    for (const witness of WITNESSES) {
      const score = evidence[witness]?.scores[position] ?? NaN;
      if (!Number.isNaN(score)) scores[witness] = score;
    }
    const byImage: Via = { candidate: "", alias: entry.label, kind: "image" };
    return [
      {
        class: entry.id,
        label: entry.label,
        score: combined.shares[position] ?? 0,
        ...scores,
        via: words?.via(position) ?? sight?.via(position) ?? byImage,
      },
    ];
  });
}
