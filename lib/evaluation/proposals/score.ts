import { GRADES, type Grade } from "../evaluated-photo";

/** How photos were decided; their sum is the number of photos. */
export type Score = Readonly<Record<Grade, number>>;

/** Photos by how they are decided; null: that cannot be told. */
export type Grades = readonly (Grade | null)[];

/** What a change does on photos that it was not made from. */
export interface Comparison {
  /** Those of which both sides are known. */
  readonly photos: number;
  readonly before: Score;
  readonly after: Score;
  /** Photos that are decided better, and worse. */
  readonly fixed: number;
  readonly broken: number;
  /** Of the changes that are called sure, at most 1 in 20 is one by chance. */
  readonly isSure: boolean;
}

/** Worse to better. */
const ORDER: readonly Grade[] = ["wrong", "person", "right"];

export function compare(before: Grades, after: Grades): Omit<Comparison, "isSure"> {
  const pairs = before.flatMap((old, at) => {
    const now = after[at];
    return old && now ? [{ old, now }] : [];
  });
  const steps = pairs.map(({ old, now }) => ORDER.indexOf(now) - ORDER.indexOf(old));
  return {
    photos: pairs.length,
    before: countScore(pairs.map(({ old }) => old)),
    after: countScore(pairs.map(({ now }) => now)),
    fixed: steps.filter((step) => step > 0).length,
    broken: steps.filter((step) => step < 0).length,
  };
}

function countScore(grades: readonly Grade[]): Score {
  const counts = GRADES.map((grade) => [grade, grades.filter((one) => one === grade).length]);
  return Object.fromEntries(counts) as Score;
}

/** Right decisions that one wrong decision less is worth. */
const WORTH = 5;

/** What is gained, in right decisions; at most 0 where it is not worth a person's time. */
export function benefitOf({ before, after, photos }: Omit<Comparison, "isSure">, accept: number) {
  const wrong = after.wrong - before.wrong;
  const benefit = after.right - before.right - WORTH * wrong;
  // More errors are taken into account as far as the knob does.
  return wrong > 0 && after.wrong * accept > photos ? Math.min(0, benefit) : benefit;
}

/**
 * The chance that a change without any effect fixes so many photos and breaks so few: the exact
 * sign test on the photos that changed (McNemar 1947), one-sided.
 */
export function chanceOf({ fixed, broken }: Pick<Comparison, "fixed" | "broken">): number {
  const changed = fixed + broken;
  let term = 0.5 ** changed;
  let sum = term;
  // Fixed: all of them, all but one … as many as there were.
  for (let worse = 1; worse <= broken; worse++) {
    term *= (changed - worse + 1) / worse;
    sum += term;
  }
  return Math.min(1, sum);
}

/** Of those that are called sure, the share that may be so by chance. */
const MOST_BY_CHANCE = 0.05;

/**
 * Which of the changes that were tried do more than chance would: of many tries some come out well
 * by themselves (Benjamini and Hochberg 1995). A change that touches so few photos that nothing
 * could show counts as no try (Gilbert 2005).
 *
 * @param tried all changes that were tried
 */
export function surest(tried: readonly Pick<Comparison, "fixed" | "broken">[]): boolean[] {
  const chances = tried.map(chanceOf);
  const sorted = tried
    .filter(({ fixed, broken }) => 0.5 ** (fixed + broken) <= MOST_BY_CHANCE)
    .map(chanceOf)
    .sort((a, b) => a - b);
  const limit = sorted.reduce(
    (most, chance, at) => (chance <= ((at + 1) * MOST_BY_CHANCE) / sorted.length ? chance : most),
    -1,
  );
  return chances.map((chance) => chance <= limit);
}
