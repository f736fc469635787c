import type { Candidate } from "../../lib/lmm/lmm";
import type { Via, WordsTestimony } from "../../lib/match/testimonies";
import { RANKING_LENGTH } from "../../lib/tlac/ranking";
import type { VocabularyIndex } from "../../lib/match/vocabulary-index";

export interface HeardClass {
  readonly class: string;
  readonly label: string;
  readonly score: number;
  readonly via: Via;
}

export interface Heard {
  /** The best ten that the words say something of, best first. */
  readonly classes: readonly HeardClass[];
  readonly background: WordsTestimony["background"];
  readonly vetoed: readonly string[];
}

/** What the words alone say, as a list of classes by their cosines. */
export async function rankWords(
  index: VocabularyIndex,
  candidates: readonly Candidate[],
  description = "",
): Promise<Heard> {
  const { classes } = index.vocabulary;
  const heard = await index.hear(candidates, description);
  if (!heard) return { classes: [], background: null, vetoed: [] };
  const order = [...heard.scores.entries()]
    .filter(([, score]) => !Number.isNaN(score))
    .sort(([, a], [, b]) => b - a);
  const ranked = order.slice(0, RANKING_LENGTH).flatMap(([position, score]): HeardClass[] => {
    const { id = "", label = "" } = classes[position] ?? {};
    const via = heard.via(position);
    return via ? [{ class: id, label, score, via }] : [];
  });
  return {
    classes: ranked,
    background: heard.background,
    vetoed: [...heard.vetoed].map((position) => classes[position]?.id ?? ""),
  };
}
