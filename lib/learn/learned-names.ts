import { foldNames } from "../vocabulary/class-names";
import { foldName } from "../vocabulary/fold-name";
import { isTeachable } from "../vocabulary/teachable-name";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { Lesson } from "./lessons";
import type { Lessons } from "./lessons-in-force";

/** A name that people's answers gave a class. */
export interface LearnedName {
  /** `alias`: the class's name from now on; `not`: never the class's. */
  readonly kind: "alias" | "not";
  readonly class: string;
  /** As the LMM said it first. */
  readonly name: string;
  /** The lessons that it rests on; empty: a person settled it. */
  readonly lessons: readonly string[];
}

/** A word of which people, or people and the vocabulary, say different things: it teaches nothing. */
export interface HeldWord {
  readonly word: string;
  readonly claims: readonly {
    /** Class id; null: none of the classes. */
    readonly class: string | null;
    /** How many lessons say so. */
    readonly lessons: number;
    /** It stands in the vocabulary as that class's name or not-word. */
    readonly typed: boolean;
  }[];
}

/** What a vocabulary's lessons come to. */
export interface Learned {
  readonly names: readonly LearnedName[];
  readonly held: readonly HeldWord[];
}

/**
 * What a vocabulary has learned. A word becomes a class's name where all who spoke of it say that
 * class, a not-word of a class where all say that it is none of the classes; typed names count more
 * than learned ones, and where two say different things, the word is held until a person settles it.
 */
export function deriveLearned(lessons: Lessons, vocabulary: Vocabulary): Learned {
  const typed = { names: ownersOf(vocabulary, "names"), not: ownersOf(vocabulary, "not") };
  const ids = new Set(vocabulary.classes.map(({ id }) => id));
  const names: LearnedName[] = [];
  const held: HeldWord[] = [];
  const { settlements } = lessons;
  const groups = groupByWord(lessons.inForce);
  for (const [fold, { class: id, word }] of settlements) {
    if (typeof id !== "string" || !ids.has(id) || typed.names(fold).length > 0) continue;
    names.push({ kind: "alias", class: id, name: word, lessons: [] });
  }
  for (const [fold, group] of groups) {
    if (settlements.has(fold)) continue;
    const found = judgeWord(group, typed.names(fold), typed.not(fold));
    names.push(...found.names.filter(({ class: id }) => ids.has(id)));
    if (found.held) held.push(found.held);
  }
  return { names, held };
}

function ownersOf(
  vocabulary: Vocabulary,
  kind: "names" | "not",
): (fold: string) => readonly string[] {
  const table = foldNames(vocabulary, kind);
  return (fold) => (table.get(fold) ?? []).map((at) => vocabulary.classes[at]?.id ?? "");
}

function groupByWord(lessons: readonly Lesson[]): Map<string, Lesson[]> {
  const groups = new Map<string, Lesson[]>();
  for (const lesson of lessons) {
    if (lesson.heldOut || lesson.word === null) continue;
    if (!isTeachable(lesson.word)) continue;
    const fold = foldName(lesson.word);
    const group = groups.get(fold);
    if (group) group.push(lesson);
    else groups.set(fold, [lesson]);
  }
  return groups;
}

/** One word: who says what of it, and what follows. */
function judgeWord(
  group: readonly Lesson[],
  typedNames: readonly string[],
  typedNot: readonly string[],
): { names: LearnedName[]; held: HeldWord | null } {
  const word = group[0]?.word ?? "";
  const said = [
    ...new Set(group.flatMap(({ correct }) => (correct === undefined ? [] : [correct]))),
  ];
  // Who only says "wrong" says of the class that was chosen that it is not this one.
  const denied = [
    ...new Set(
      group.flatMap(({ correct, chosen }) =>
        chosen !== null && (correct === undefined || correct === null) ? [chosen] : [],
      ),
    ),
  ];
  const [only] = said;
  const lessons = group.map(({ id }) => id);
  const hold = (): { names: []; held: HeldWord } => ({
    names: [],
    held: { word, claims: claimsOf(group, typedNames, typedNot) },
  });
  if (said.length > 1) return hold();
  if (typeof only === "string") {
    if (denied.includes(only) || typedNot.includes(only)) return hold();
    if (typedNames.includes(only)) return typedNames.length > 1 ? hold() : nothing();
    if (typedNames.length > 0) return hold();
    // A word that was understood without being a name needs not become one.
    if (group.every(({ chosen }) => chosen === only)) return nothing();
    return { names: [{ kind: "alias", class: only, name: word, lessons }], held: null };
  }
  if (denied.some((id) => typedNames.includes(id))) return hold();
  const names = denied
    .filter((id) => !typedNot.includes(id))
    .map((id) => ({ kind: "not", class: id, name: word, lessons }) as const);
  return { names, held: null };
}

function nothing(): { names: []; held: null } {
  return { names: [], held: null };
}

function claimsOf(
  group: readonly Lesson[],
  typedNames: readonly string[],
  typedNot: readonly string[],
): HeldWord["claims"] {
  const counts = new Map<string | null, number>();
  for (const { correct = null } of group) counts.set(correct, (counts.get(correct) ?? 0) + 1);
  for (const id of typedNames) counts.set(id, counts.get(id) ?? 0);
  for (const id of typedNot) counts.set(id, counts.get(id) ?? 0);
  return [...counts].map(([id, lessons]) => ({
    class: id,
    lessons,
    typed: id !== null && (typedNames.includes(id) || typedNot.includes(id)),
  }));
}
