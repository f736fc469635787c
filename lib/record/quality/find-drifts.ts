import type { DailyCount } from "./daily-counts";
import { chanceOfRanks, chanceOfShare } from "./exact-tests";

/** A decision whose picture is kept out of what is learned, so that it tests it. */
export interface Test {
  readonly node: string;
  readonly camera: string;
  readonly day: number;
  /** The likeliest class is what the picture shows; of none of the classes: it was taken for none. */
  readonly right: boolean;
  /** It was taken for a class that it is not. */
  readonly wrong: boolean;
}

/** What a node decides of a camera's pictures has changed for the worse. */
export interface Drift {
  /** `review`: more is left to a person; `error`: more of the test pictures are wrong. */
  readonly kind: "review" | "error";
  readonly node: string;
  readonly camera: string;
  /** Shares 0…1, lately and before. */
  readonly now: number;
  readonly before: number;
}

/**
 * A drift is told where chance alone would bring it once in a thousand looks that share no day,
 * and is over once chance would in one of twenty: it does not come and go with a single day.
 */
const BEGINS = 0.001;
const ENDS = 0.05;

/**
 * Pictures of one day resemble each other, so that not the picture but the day is what counts:
 * each of the last seven on which enough was decided against each before.
 */
const RECENT_DAYS = 7;
const LEAST_DECISIONS = 20;
const LEAST_DAYS_BEFORE = 10;
/** What is no more than this is no matter, however sure it is. */
const LEAST_RISE = 1.25;

/** Test pictures come one in ten answers, and each is looked at by itself: the last against all before. */
const RECENT_TESTS = 20;
const LEAST_TESTS_BEFORE = 20;

/**
 * Lately is no longer ago than this, in days: a camera that was switched off, or whose pictures
 * nobody confirms any more, says nothing of how it decides now.
 */
const LATELY_DAYS = 14;

export function keyOf({ kind, node, camera }: Pick<Drift, "kind" | "node" | "camera">): string {
  return JSON.stringify([kind, node, camera]);
}

/**
 * @param today a day that is not over yet
 * @param known keys of the drifts that there were at the last look
 */
export function findDrifts(
  counts: Iterable<DailyCount>,
  tests: readonly Test[],
  today: number,
  known: ReadonlySet<string>,
): Drift[] {
  const judge = (drift: Drift, chance: number, rise: number): Drift[] => {
    const isKnown = known.has(keyOf(drift));
    const isMore = drift.now > 0 && drift.now >= drift.before * (isKnown ? 1 : rise);
    return isMore && chance < (isKnown ? ENDS : BEGINS) ? [drift] : [];
  };
  return [
    ...[...groupBy(counts)].flatMap(([, group]) => findReviewDrift(group, today, judge)),
    ...[...groupBy(tests)].flatMap(([, group]) => findErrorDrift(group, today, judge)),
  ];
}

type Judge = (drift: Drift, chance: number, rise: number) => Drift[];

function findReviewDrift(counts: readonly DailyCount[], today: number, judge: Judge): Drift[] {
  const days = new Map<number, { decisions: number; review: number }>();
  for (const { day, decisions, review } of counts) {
    if (day >= today) continue;
    const sum = days.get(day) ?? { decisions: 0, review: 0 };
    days.set(day, { decisions: sum.decisions + decisions, review: sum.review + review });
  }
  const told = [...days]
    .filter(([, { decisions }]) => decisions >= LEAST_DECISIONS)
    .sort(([a], [b]) => a - b);
  const sums = told.map(([, sum]) => sum);
  const [recent, before] = [sums.slice(-RECENT_DAYS), sums.slice(0, -RECENT_DAYS)];
  const [first] = counts;
  if (!first || !isLately(told.at(-1)?.[0], today) || before.length < LEAST_DAYS_BEFORE) return [];
  const sharesOf = (some: typeof recent): number[] =>
    some.map(({ review, decisions }) => review / decisions);
  const shareOf = (some: typeof recent): number => {
    const decisions = some.reduce((sum, one) => sum + one.decisions, 0);
    return some.reduce((sum, { review }) => sum + review, 0) / decisions;
  };
  const { node, camera } = first;
  const shares = { now: shareOf(recent), before: shareOf(before) };
  const chance = chanceOfRanks(sharesOf(recent), sharesOf(before));
  return judge({ kind: "review", node, camera, ...shares }, chance, LEAST_RISE);
}

function findErrorDrift(tests: readonly Test[], today: number, judge: Judge): Drift[] {
  const inOrder = [...tests].sort((a, b) => a.day - b.day);
  const count = (some: readonly Test[]): { hits: number; of: number } => ({
    hits: some.filter(({ wrong }) => wrong).length,
    of: some.length,
  });
  const recent = count(inOrder.slice(-RECENT_TESTS));
  const before = count(inOrder.slice(0, -RECENT_TESTS));
  const [first] = tests;
  if (!first || !isLately(inOrder.at(-1)?.day, today) || before.of < LEAST_TESTS_BEFORE) return [];
  const { node, camera } = first;
  const shares = { now: recent.hits / recent.of, before: before.hits / before.of };
  return judge({ kind: "error", node, camera, ...shares }, chanceOfShare(recent, before), 1);
}

function isLately(day: number | undefined, today: number): boolean {
  return day !== undefined && today - day <= LATELY_DAYS;
}

function groupBy<T extends { readonly node: string; readonly camera: string }>(
  list: Iterable<T>,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const key = JSON.stringify([one.node, one.camera]);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}
