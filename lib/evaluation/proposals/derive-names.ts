import { foldNames, type NameTable } from "../../vocabulary/class-names";
import { foldName } from "../../vocabulary/fold-name";
import { isTeachable } from "../../vocabulary/teachable-name";
import type { Vocabulary } from "../../vocabulary/vocabulary";
import { gradeOf, type JudgedPhoto } from "../evaluated-photo";
import type { VocabularyChange } from "./change";

/** A change of names, and what speaks for it. */
export interface Derived<T extends VocabularyChange = VocabularyChange> {
  readonly change: T;
  /** Photos that call for it. */
  readonly called: number;
  /** Photos among which they are. */
  readonly of: number;
}

type Named<K extends VocabularyChange["kind"]> = Derived<Extract<VocabularyChange, { kind: K }>>;

/** A word must have been said of so many photos before it says anything of the next one. */
const LEAST_PHOTOS = 2;

/** The first words of an LMM mean the picture; later ones mean anything in it. */
const MOST_CANDIDATES = 3;

/** A word that is said of other things, too, may still tell a class. */
const OWN_SHARE = 0.8;

/** Words of the LMM that would have decided photos that were not decided rightly; most first. */
export function deriveAliases(
  photos: readonly JudgedPhoto[],
  vocabulary: Vocabulary,
): Named<"alias">[] {
  const taken = new Set(
    [...foldNames(vocabulary, "names").keys()].concat([...foldNames(vocabulary, "not").keys()]),
  );
  const labels = collectLabels(photos);
  const found = [...collectWords(photos)].flatMap(([fold, { name, said }]): Named<"alias">[] => {
    if (taken.has(fold)) return [];
    const [owner, count] = mostFrequent(said.map(({ truth }) => truth));
    if (owner === null || count < OWN_SHARE * said.length) return [];
    // What a person calls another thing, be it none of the classes, is no name of this one.
    if ([...(labels.get(fold) ?? [])].some((truth) => truth !== owner)) return [];
    const called = said.filter((one) => one.truth === owner && gradeOf(one) !== "right").length;
    if (called < LEAST_PHOTOS) return [];
    return [{ change: { kind: "alias", class: owner, name }, called, of: said.length }];
  });
  return found.sort((a, b) => b.called - a.called);
}

/** Words by which photos of other things were taken for a class, and that none of its own has. */
export function deriveNotWords(
  photos: readonly JudgedPhoto[],
  vocabulary: Vocabulary,
): Named<"not-word">[] {
  const words = collectWords(photos);
  const tables = { names: foldNames(vocabulary, "names"), not: foldNames(vocabulary, "not") };
  const positions = new Map(vocabulary.classes.map(({ id }, at) => [id, at]));
  const counts = new Map<string, Named<"not-word">>();
  for (const photo of photos) {
    const { decided } = photo;
    const word = photo.trace.ranking[0]?.via.candidate.trim() ?? "";
    const fold = foldName(word);
    if (gradeOf(photo) !== "wrong" || decided === null || !isTeachable(word)) continue;
    const has = (table: NameTable): boolean =>
      (table.get(fold) ?? []).includes(positions.get(decided) ?? -1);
    const said = words.get(fold)?.said ?? [];
    if (has(tables.names) || has(tables.not) || said.some(({ truth }) => truth === decided)) {
      continue;
    }
    const key = JSON.stringify([decided, fold]);
    const change = { kind: "not-word", class: decided, name: word } as const;
    const called = (counts.get(key)?.called ?? 0) + 1;
    counts.set(key, { change, called, of: Math.max(called, said.length) });
  }
  return [...counts.values()]
    .filter(({ called }) => called >= LEAST_PHOTOS)
    .sort((a, b) => b.called - a.called);
}

/** A word of the LMM, as it was said first, and the photos that it was said of. */
export interface SaidWord {
  readonly name: string;
  readonly said: JudgedPhoto[];
}

/** What the LMM said first of each photo, by the folded word. */
export function collectWords(
  photos: readonly JudgedPhoto[],
  most = MOST_CANDIDATES,
): Map<string, SaidWord> {
  const words = new Map<string, SaidWord>();
  for (const photo of photos) {
    const names = photo.trace.candidates.slice(0, most).map(({ name }) => name.trim());
    const folds = new Map(names.filter(isTeachable).map((name) => [foldName(name), name]));
    for (const [fold, name] of folds) {
      const word = words.get(fold) ?? { name, said: [] };
      word.said.push(photo);
      words.set(fold, word);
    }
  }
  return words;
}

/** The classes of the photos that a person labelled with a word; null: none of them. */
function collectLabels(photos: readonly JudgedPhoto[]): Map<string, Set<string | null>> {
  const labels = new Map<string, Set<string | null>>();
  for (const { label, words, truth } of photos) {
    for (const fold of [label, ...words].map(foldName)) {
      labels.set(fold, (labels.get(fold) ?? new Set()).add(truth));
    }
  }
  return labels;
}

function mostFrequent<T>(values: readonly T[]): [value: T | null, count: number] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let most: [T | null, number] = [null, 0];
  for (const entry of counts) if (entry[1] > most[1]) most = entry;
  return most;
}
