import { gradeOf, isJudged, type EvaluatedPhoto, type JudgedPhoto } from "../evaluated-photo";
import type { Experiment, Laboratory } from "../laboratory";
import { truthAfter, type VocabularyChange } from "./change";
import { assignFolds, FOLDS } from "./folds";
import { compare, type Comparison, type Grades } from "./score";

/** One part of the photos, and all others: what is made from the others is scored on the part. */
export interface Fold {
  readonly own: readonly JudgedPhoto[];
  readonly others: readonly JudgedPhoto[];
}

export type Measured = Omit<Comparison, "isSure">;

/** Judged photos, how they were decided, and what other ways make of them. */
export class CrossValidation {
  readonly folds: readonly Fold[];
  readonly before: Grades;
  private readonly places: readonly number[];
  private readonly positions: ReadonlyMap<JudgedPhoto, number>;

  constructor(
    readonly photos: readonly JudgedPhoto[],
    private readonly laboratory: Pick<Laboratory, "judgeUnasked">,
    private readonly onReplay: () => void = () => undefined,
  ) {
    this.before = photos.map(gradeOf);
    this.places = assignFolds(photos);
    this.positions = new Map(photos.map((photo, at) => [photo, at]));
    this.folds = Array.from({ length: FOLDS }, (_, fold) => ({
      own: photos.filter((_photo, at) => this.places[at] === fold),
      others: photos.filter((_photo, at) => this.places[at] !== fold),
    }));
  }

  /** Grades of all photos in another way; null where the LMM was never asked in it. */
  async replay(
    experiment: Experiment,
    changes: readonly VocabularyChange[] = [],
  ): Promise<Grades | null> {
    this.onReplay();
    const judged = await this.laboratory.judgeUnasked(this.photos, experiment);
    return judged && this.photos.map((photo, at) => grade(photo, judged[at], changes));
  }

  /**
   * The same where each part is judged in a way of its own, made from the others; null for a part:
   * nothing is changed there.
   */
  async replayParts(
    make: (
      fold: Fold,
    ) => Promise<{ experiment: Experiment; changes?: readonly VocabularyChange[] } | null>,
  ): Promise<Measured> {
    this.onReplay();
    const after: (Grades[number] | undefined)[] = [...this.before];
    for (const fold of this.folds) {
      const made = await make(fold);
      if (!made) continue;
      const judged = await this.laboratory.judgeUnasked(fold.own, made.experiment);
      for (const [at, photo] of fold.own.entries()) {
        after[this.positions.get(photo) ?? -1] = grade(photo, judged?.[at], made.changes ?? []);
      }
    }
    return compare(
      this.before,
      after.map((one) => one ?? null),
    );
  }

  /** Counts a change only for the parts from whose others it would have been made as well. */
  score(after: Grades, isMadeFrom: (fold: Fold) => boolean): Measured {
    const made = this.folds.map(isMadeFrom);
    const mixed = this.before.map((grade, at) =>
      made[this.places[at] ?? -1] ? (after[at] ?? null) : grade,
    );
    return compare(this.before, mixed);
  }

  /** What a way does on some of the photos. */
  compareOn(photos: readonly JudgedPhoto[], after: Grades): Measured {
    const kept = new Set(photos.map((photo) => this.positions.get(photo)));
    const only = (grades: Grades): Grades =>
      grades.map((grade, at) => (kept.has(at) ? grade : null));
    return compare(only(this.before), only(after));
  }
}

/** By what the photo showed before: a change of names must not change what is true. */
function grade(
  { truth }: JudgedPhoto,
  after: EvaluatedPhoto | undefined,
  changes: readonly VocabularyChange[],
): Grades[number] {
  if (!after || !isJudged(after)) return null;
  return gradeOf({ decided: after.decided, truth: truthAfter(truth, changes) });
}
