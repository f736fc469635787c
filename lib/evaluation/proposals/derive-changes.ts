import { namesOf } from "../../vocabulary/class-names";
import { foldName } from "../../vocabulary/fold-name";
import type { Vocabulary } from "../../vocabulary/vocabulary";
import { gradeOf, type JudgedPhoto } from "../evaluated-photo";
import type { VocabularyChange } from "./change";

/** A word must have been said of so many photos before it says anything of the next one. */
const LEAST_PHOTOS = 2;

/** The first words of an LMM mean the picture; later ones mean anything in it. */
const MOST_CANDIDATES = 3;

/** A longer word is a sentence, and no name. */
const MOST_LENGTH = 60;

/** Of the photos of two classes, the share that goes to the wrong one where nobody can tell them. */
const INDISTINGUISHABLE = 0.35;
const LEAST_OF_PAIR = 5;

/** Changes of the vocabulary that judged photos call for, those that most photos call for first. */
export function deriveChanges(
  photos: readonly JudgedPhoto[],
  vocabulary: Vocabulary,
): VocabularyChange[] {
  const words = countWords(photos);
  return [
    ...deriveAliases(words, vocabulary),
    ...deriveNotWords(photos, words, vocabulary),
    ...deriveMerges(photos),
  ];
}

/** A word of the LMM, and the photos that it was said of. */
interface SaidWord {
  /** As it was said first. */
  readonly name: string;
  readonly photos: JudgedPhoto[];
}

function countWords(photos: readonly JudgedPhoto[]): Map<string, SaidWord> {
  const words = new Map<string, SaidWord>();
  for (const photo of photos) {
    const said = photo.trace.candidates.slice(0, MOST_CANDIDATES);
    const folds = new Map(said.map(({ name }) => [foldName(name), name]));
    for (const [fold, name] of folds) {
      if (!fold || name.length > MOST_LENGTH) continue;
      const word = words.get(fold) ?? { name, photos: [] };
      word.photos.push(photo);
      words.set(fold, word);
    }
  }
  return words;
}

/** Words that were said of one class's photos alone, and would have decided some that were not. */
function deriveAliases(
  words: ReadonlyMap<string, SaidWord>,
  { classes }: Vocabulary,
): VocabularyChange[] {
  const taken = new Set(classes.flatMap((entry) => [...namesOf(entry), ...entry.not].map(foldName)));
  const found = [...words].flatMap(([fold, { name, photos }]) => {
    const owner = photos[0]?.truth;
    if (owner == null || taken.has(fold)) return [];
    if (photos.some(({ truth }) => truth !== owner)) return [];
    const helped = photos.filter((photo) => gradeOf(photo) !== "right").length;
    return helped >= LEAST_PHOTOS ? [{ class: owner, name: name.trim(), helped }] : [];
  });
  return found
    .sort((a, b) => b.helped - a.helped)
    .map(({ class: id, name }) => ({ kind: "alias", class: id, name }));
}

/** Words by which photos of other things were taken for a class, and that none of its own has. */
function deriveNotWords(
  photos: readonly JudgedPhoto[],
  words: ReadonlyMap<string, SaidWord>,
  { classes }: Vocabulary,
): VocabularyChange[] {
  const byId = new Map(classes.map((entry) => [entry.id, entry]));
  const counts = new Map<string, { class: string; name: string; count: number }>();
  for (const photo of photos) {
    if (gradeOf(photo) !== "wrong" || photo.decided === null) continue;
    const { via } = photo.trace.ranking[0] ?? {};
    const entry = byId.get(photo.decided);
    const fold = foldName(via?.candidate ?? "");
    if (!via || !entry || !fold || namesOf(entry).some((name) => foldName(name) === fold)) continue;
    const own = words.get(fold)?.photos.some(({ truth }) => truth === photo.decided);
    if (own || entry.not.some((name) => foldName(name) === fold)) continue;
    const key = JSON.stringify([photo.decided, fold]);
    const known = counts.get(key) ?? { class: photo.decided, name: via.candidate.trim(), count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()]
    .filter(({ count }) => count >= LEAST_PHOTOS)
    .sort((a, b) => b.count - a.count)
    .map(({ class: id, name }) => ({ kind: "not-word", class: id, name }));
}

/** Pairs of classes whose photos go to either, as if by chance. */
function deriveMerges(photos: readonly JudgedPhoto[]): VocabularyChange[] {
  const wrong = new Map<string, { pair: readonly [string, string]; count: number }>();
  for (const { truth, best } of photos) {
    if (truth === null || best === null || truth === best) continue;
    const pair = truth < best ? ([truth, best] as const) : ([best, truth] as const);
    const key = JSON.stringify(pair);
    wrong.set(key, { pair, count: (wrong.get(key)?.count ?? 0) + 1 });
  }
  return [...wrong.values()].flatMap(({ pair, count }): VocabularyChange[] => {
    const [first, second] = pair.map((id) => photos.filter(({ truth }) => truth === id).length);
    if ((first ?? 0) < LEAST_OF_PAIR || (second ?? 0) < LEAST_OF_PAIR) return [];
    const within = photos.filter(
      ({ truth, best }) => pair.includes(truth ?? "") && pair.includes(best ?? ""),
    ).length;
    if (count < INDISTINGUISHABLE * within) return [];
    return [{ kind: "merge", class: pair[0], other: pair[1] }];
  });
}
