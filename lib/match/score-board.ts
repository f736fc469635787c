import type { Vocabulary } from "../vocabulary/vocabulary";
import { RANKING_LENGTH, type RankedClass, type Via } from "./ranking";

/** The best score of each class so far, and how it came about. */
export class ScoreBoard {
  private readonly scores: Float32Array;
  private readonly via: (Via | undefined)[];

  constructor(private readonly vocabulary: Vocabulary) {
    const size = vocabulary.classes.length;
    this.scores = new Float32Array(size).fill(-2);
    this.via = new Array<Via | undefined>(size);
  }

  /** Keeps a class's score if it is its best; `via` is made only then. */
  offer(position: number, score: number, via: () => Via): void {
    if (score <= (this.scores[position] ?? Infinity)) return;
    this.scores[position] = score;
    this.via[position] = via();
  }

  /** The best classes, best first; equal ones in the vocabulary's order. */
  rank(): RankedClass[] {
    return this.vocabulary.classes
      .map((entry, position) => ({
        entry,
        score: this.scores[position] ?? -2,
        via: this.via[position],
      }))
      .filter(({ via }) => via !== undefined)
      .sort((a, b) => b.score - a.score)
      .slice(0, RANKING_LENGTH)
      .flatMap(({ entry, score, via }) =>
        via ? [{ class: entry.id, label: entry.label, score, via }] : [],
      );
  }
}
