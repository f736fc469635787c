/** What gave a class its score: a word that was proposed, and the row of the name it met. */
export interface Source {
  readonly position: number;
  readonly score: number;
  /** Number of the word. */
  readonly word: number;
  /** Row of the vector table; `EXACT` where the word is one of the class's names. */
  readonly row: number;
}

/** In place of a row: no vector was needed. */
export const EXACT = -1;

/** Below every cosine: the class has no score yet. */
const NO_SCORE = -2;

/** The best score of each class so far, in flat arrays: an offer allocates nothing. */
export class ScoreBoard {
  private readonly scores: Float64Array;
  private readonly words: Int32Array;
  private readonly rows: Int32Array;

  constructor(classes: number) {
    this.scores = new Float64Array(classes).fill(NO_SCORE);
    this.words = new Int32Array(classes);
    this.rows = new Int32Array(classes);
  }

  /** Keeps a class's score if it is its best. */
  offer(position: number, score: number, word: number, row: number): void {
    if (!(score > (this.scores[position] ?? Infinity))) return;
    this.scores[position] = score;
    this.words[position] = word;
    this.rows[position] = row;
  }

  /** What a class has; undefined where nothing was offered. */
  at(position: number): Source | undefined {
    const score = this.scores[position] ?? NO_SCORE;
    if (score === NO_SCORE) return undefined;
    const word = this.words[position] ?? 0;
    return { position, score, word, row: this.rows[position] ?? EXACT };
  }

  /** Whether a class's score is that of a word that is one of its names. */
  isExact(position: number): boolean {
    return this.scores[position] !== NO_SCORE && this.rows[position] === EXACT;
  }

  /** The best class; the first in the vocabulary's order where some are equal. */
  best(): Source | undefined {
    let best = -1;
    let most = NO_SCORE;
    for (let position = 0; position < this.scores.length; position++) {
      const score = this.scores[position] as number;
      if (!(score > most)) continue;
      best = position;
      most = score;
    }
    return this.at(best);
  }

  /** Score by position; NaN where a class has none. */
  toScores(): Float64Array {
    return this.scores.map((score) => (score === NO_SCORE ? NaN : score));
  }

  /** Positions of a score beyond the bound. */
  above(bound: number): Set<number> {
    const positions = new Set<number>();
    for (let position = 0; position < this.scores.length; position++) {
      if ((this.scores[position] as number) > bound) positions.add(position);
    }
    return positions;
  }
}
