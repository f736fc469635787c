import { gradeOf, isJudged, type EvaluatedPhoto, type Grade } from "../evaluated-photo";
import type { Change } from "./change";

/** How photos were decided. */
export interface Score {
  readonly photos: number;
  readonly right: number;
  readonly wrong: number;
  readonly person: number;
}

/** A change, and what it does on photos that it was not made from. */
export interface Proposal {
  readonly change: Change;
  readonly before: Score;
  readonly after: Score;
  /** Photos that are decided better, and worse. */
  readonly fixed: number;
  readonly broken: number;
}

/** What is wrong counts more than what is right: a knob of so many accepts one in so many. */
export type Graded = readonly (Grade | null)[];

/** Null: not judged. */
export function gradesOf(photos: readonly EvaluatedPhoto[]): Graded {
  return photos.map((photo) => (isJudged(photo) ? gradeOf(photo) : null));
}

export function countScore(grades: Graded): Score {
  const count = (grade: Grade): number => grades.filter((one) => one === grade).length;
  const judged = grades.filter((one) => one !== null).length;
  return {
    photos: judged,
    right: count("right"),
    wrong: count("wrong"),
    person: count("person"),
  };
}

export function compare(change: Change, before: Graded, after: Graded): Proposal {
  const rank = (grade: Grade | null | undefined): number =>
    grade === "right" ? 2 : grade === "wrong" ? 0 : 1;
  const steps = before.map((grade, at) => rank(after[at]) - rank(grade));
  return {
    change,
    before: countScore(before),
    after: countScore(after),
    fixed: steps.filter((step) => step > 0).length,
    broken: steps.filter((step) => step < 0).length,
  };
}

/** Right ones that a wrong one less is worth giving up. */
const WORTH = 5;

/**
 * Whether a change is worth a person's time: more is right and not too much wrong, or less is wrong
 * and not too much of the right is lost.
 */
export function isHelpful({ before, after }: Proposal, accept: number): boolean {
  const right = after.right - before.right;
  const wrong = after.wrong - before.wrong;
  if (wrong < 0) return right >= WORTH * wrong;
  const isAccepted = wrong === 0 || after.wrong * accept <= after.photos;
  return right > WORTH * wrong && isAccepted;
}
