import type { Knob } from "../../confidence/knob";
import type { Mode } from "../../tlac/result";
import { foldName } from "../../vocabulary/fold-name";
import { createVocabulary, type ClassInput, type Vocabulary } from "../../vocabulary/vocabulary";

/** What can be changed in a vocabulary; classes are told by their ids. */
export type VocabularyChange =
  /** Another name for a class. */
  | { readonly kind: "alias"; readonly class: string; readonly name: string }
  /** The name of another thing that is taken for a class. */
  | { readonly kind: "not-word"; readonly class: string; readonly name: string }
  /** Two classes that nobody can tell become one: the first takes the other's names. */
  | { readonly kind: "merge"; readonly class: string; readonly other: string }
  /** A part of a class becomes a class of its own, labelled with the name that the LMM gives it. */
  | { readonly kind: "split"; readonly class: string; readonly name: string };

/** A photo that becomes an example of the class that it shows. */
export interface ExamplePhoto {
  /** Id of the class. */
  readonly class: string;
  /** Absolute path. */
  readonly file: string;
  /** The path as a person knows it. */
  readonly name: string;
}

/** What could be done better. */
export type Change =
  | VocabularyChange
  /** All proposed changes of names together. */
  | { readonly kind: "vocabulary"; readonly changes: readonly VocabularyChange[] }
  /** These photos become examples, at most `perClass` of each class. */
  | {
      readonly kind: "examples";
      readonly perClass: number;
      readonly photos: readonly ExamplePhoto[];
    }
  | { readonly kind: "mode"; readonly mode: Mode }
  | { readonly kind: "accept"; readonly accept: Knob }
  /** Another question, by its name; null: one that nobody has tried yet. */
  | { readonly kind: "prompt"; readonly prompt: string | null };

export type ChangeKind = Change["kind"];

/**
 * The vocabulary with the changes made, in their order. What does not concern it (examples, mode,
 * knob, question) changes nothing, and neither does a change of a class that is not there, or one
 * that was made before. Throws `BAD_CONFIG` where a class would have more names than it can.
 */
export function applyChanges(vocabulary: Vocabulary, changes: readonly Change[]): Vocabulary {
  const own = changes.flatMap(changesOfNames);
  if (own.length === 0) return vocabulary;
  return createVocabulary(own.reduce<readonly Entry[]>(applyOne, vocabulary.classes));
}

/** The changes of a vocabulary in any change. */
export function changesOfNames(change: Change): readonly VocabularyChange[] {
  switch (change.kind) {
    case "vocabulary":
      return change.changes;
    case "alias":
    case "not-word":
    case "merge":
    case "split":
      return [change];
    default:
      return [];
  }
}

/** The class that a photo of a class shows once the changes are made; null: none of them. */
export function truthAfter(truth: string | null, changes: readonly VocabularyChange[]) {
  return changes.reduce<string | null>(
    (id, change) => (change.kind === "merge" && id === change.other ? change.class : id),
    truth,
  );
}

/** Equal changes have equal keys, however their names are spelt and whichever photos they take. */
export function keyOf(change: Change): string {
  switch (change.kind) {
    case "alias":
    case "not-word":
    case "split":
      return JSON.stringify([change.kind, change.class, foldName(change.name)]);
    case "vocabulary":
      return JSON.stringify([change.kind, ...change.changes.map(keyOf)]);
    case "examples":
      return JSON.stringify([change.kind, change.perClass]);
    default:
      return JSON.stringify(Object.values(change));
  }
}

type Entry = ClassInput & {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly not: readonly string[];
};

function applyOne(classes: readonly Entry[], change: VocabularyChange): readonly Entry[] {
  if (!classes.some(({ id }) => id === change.class)) return classes;
  switch (change.kind) {
    case "alias":
      return edit(classes, change.class, (entry) => addNames(entry, [change.name]));
    case "not-word":
      return edit(classes, change.class, (entry) => ({
        ...entry,
        not: [...entry.not, change.name],
        aliases: entry.aliases.filter((name) => foldName(name) !== foldName(change.name)),
      }));
    case "merge":
      return merge(classes, change.class, change.other);
    case "split":
      return split(classes, change.class, change.name);
  }
}

function edit(
  classes: readonly Entry[],
  id: string,
  change: (entry: Entry) => Entry,
): readonly Entry[] {
  return classes.map((entry) => (entry.id === id ? change(entry) : entry));
}

/** A name of the class is none of its not-words any more. */
function addNames(entry: Entry, names: readonly string[]): Entry {
  const folds = new Set(names.map(foldName));
  const not = entry.not.filter((name) => !folds.has(foldName(name)));
  return { ...entry, aliases: [...entry.aliases, ...names], not };
}

/** The id becomes a name, too: folders and labels of the other class are the first one's now. */
function merge(classes: readonly Entry[], into: string, id: string): readonly Entry[] {
  const other = classes.find((entry) => entry.id === id);
  if (!other || into === id) return classes;
  const names = [other.label, other.id, ...other.aliases];
  return edit(
    classes.filter((entry) => entry !== other),
    into,
    (entry) => {
      const merged = addNames(entry, names);
      const own = new Set([merged.label, ...merged.aliases].map(foldName));
      const more = other.not.filter((name) => !own.has(foldName(name)));
      return { ...merged, not: [...merged.not, ...more] };
    },
  );
}

function split(classes: readonly Entry[], id: string, name: string): readonly Entry[] {
  const fold = foldName(name);
  if (classes.some(({ label }) => foldName(label) === fold)) return classes;
  return edit(classes, id, (entry) => ({
    ...entry,
    aliases: entry.aliases.filter((alias) => foldName(alias) !== fold),
  })).flatMap((entry): Entry[] => {
    if (entry.id !== id) return [entry];
    const { accept, alert } = entry;
    const loudness = { ...(accept && { accept }), ...(alert && { alert }) };
    return [entry, { label: name, id: freeId(classes, name), aliases: [], not: [], ...loudness }];
  });
}

/** Written as the vocabulary would derive it, so that flows can already name it. */
function freeId(classes: readonly Entry[], label: string): string {
  const { classes: made } = createVocabulary([...classes, { label }]);
  return made.at(-1)?.id ?? label;
}
