import { namesOf } from "../../vocabulary/class-names";
import { foldName } from "../../vocabulary/fold-name";
import type { Vocabulary } from "../../vocabulary/vocabulary";
import { gradeOf, type JudgedPhoto } from "../evaluated-photo";
import type { VocabularyChange } from "./change";
import { collectWords, type Derived } from "./derive-names";

/** Of the photos of two classes, the share that goes to the wrong one where nobody can tell them. */
const INDISTINGUISHABLE = 0.35;

/** Photos of each of the two, and of each group of a class that may be two. */
const LEAST_OF_PAIR = 5;
const LEAST_OF_GROUP = 5;

/** Part of a class's photos that a group has at least. */
const GROUP_SHARE = 0.3;

type Merge = Extract<VocabularyChange, { kind: "merge" }>;

/** Pairs of classes whose photos go to either, as if by chance; the most mixed up first. */
export function deriveMerges(
  photos: readonly JudgedPhoto[],
  { classes }: Vocabulary,
): Derived<Merge>[] {
  const places = new Map(classes.map(({ id }, at) => [id, at]));
  const mixed = new Map<string, { change: Merge; called: number }>();
  for (const { truth, best } of photos) {
    if (truth === null || best === null || truth === best) continue;
    const [id = "", other = ""] = [truth, best].sort(
      (a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0),
    );
    const key = JSON.stringify([id, other]);
    const called = (mixed.get(key)?.called ?? 0) + 1;
    mixed.set(key, { change: { kind: "merge", class: id, other }, called });
  }
  return [...mixed.values()]
    .flatMap(({ change, called }): Derived<Merge>[] => {
      const pair = [change.class, change.other];
      const own = pair.map((id) => photos.filter(({ truth }) => truth === id));
      if (own.some(({ length }) => length < LEAST_OF_PAIR)) return [];
      const within = own.flat().filter(({ best }) => best !== null && pair.includes(best)).length;
      return called >= INDISTINGUISHABLE * within ? [{ change, called, of: within }] : [];
    })
    .sort((a, b) => b.called / b.of - a.called / a.of);
}

/** A class whose photos are two groups by what the LMM calls them. */
export interface SplitClass {
  readonly class: string;
  /** Names of the groups, the larger first, and how many photos each has. */
  readonly groups: readonly [Group, Group];
  /** Photos of the class. */
  readonly of: number;
}

interface Group {
  readonly name: string;
  readonly photos: number;
}

/** Classes of which the LMM calls some photos one thing and some another, and that are not all right. */
export function deriveSplits(
  photos: readonly JudgedPhoto[],
  { classes }: Vocabulary,
): SplitClass[] {
  return classes.flatMap((entry): SplitClass[] => {
    const own = photos.filter(({ truth }) => truth === entry.id);
    if (own.every((one) => gradeOf(one) === "right")) return [];
    const taken = new Set(namesOf(entry).map(foldName));
    const least = Math.max(LEAST_OF_GROUP, GROUP_SHARE * own.length);
    const leading = [...collectWords(own, 1)]
      .filter(([fold, { said }]) => !taken.has(fold) && said.length >= least)
      .sort(([, a], [, b]) => b.said.length - a.said.length);
    const [first, second, ...others] = leading.map(([fold, { name, said }]) => ({
      ...{ fold, name },
      photos: said.length,
    }));
    // Three names for a thing are its names, no two things.
    if (!first || !second || others.length > 0) return [];
    const both = own.filter((photo) => isCalled(photo, first.fold) && isCalled(photo, second.fold));
    return both.length > 0 ? [] : [{ class: entry.id, groups: [first, second], of: own.length }];
  });
}

function isCalled({ trace }: JudgedPhoto, fold: string): boolean {
  return trace.candidates.some(({ name, synonyms }) =>
    [name, ...synonyms].some((one) => foldName(one) === fold),
  );
}
