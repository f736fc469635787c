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

  /** The best `length` classes, best first; equal ones in the vocabulary's order. */
  rank(length: number): Source[] {
    const top: number[] = [];
    const scoreAt = (position: number | undefined): number =>
      position === undefined ? NO_SCORE : (this.scores[position] ?? NO_SCORE);
    for (const [position, score] of this.scores.entries()) {
      if (score <= (top.length < length ? NO_SCORE : scoreAt(top.at(-1)))) continue;
      let place = top.length;
      while (place > 0 && scoreAt(top[place - 1]) < score) place--;
      top.splice(place, 0, position);
      if (top.length > length) top.pop();
    }
    return top.map((position) => ({
      position,
      score: scoreAt(position),
      word: this.words[position] ?? 0,
      row: this.rows[position] ?? EXACT,
    }));
  }
}
