import type { Knob } from "../../confidence/knob";
import type { Mode } from "../../tlac/result";
import { createVocabulary, type Vocabulary } from "../../vocabulary/vocabulary";

/** What can be changed in a vocabulary. */
export type VocabularyChange =
  /** Another name for a class. */
  | { readonly kind: "alias"; readonly class: string; readonly name: string }
  /** The name of another thing that is taken for a class. */
  | { readonly kind: "not-word"; readonly class: string; readonly name: string }
  /** Two classes that nobody can tell become one: the first takes the other's names. */
  | { readonly kind: "merge"; readonly class: string; readonly other: string };

/** What could be done better. */
export type Change =
  | VocabularyChange
  /** All changes of the vocabulary together. */
  | { readonly kind: "vocabulary"; readonly changes: readonly VocabularyChange[] }
  /** So many of these photos of each class become examples. */
  | { readonly kind: "examples"; readonly perClass: number }
  /** Coefficients that are fitted to these photos. */
  | { readonly kind: "calibration" }
  | { readonly kind: "mode"; readonly mode: Mode }
  | { readonly kind: "accept"; readonly accept: Knob }
  /** Another question: the name of one that ships, or a text. */
  | { readonly kind: "prompt"; readonly prompt: string };

/** The vocabulary with the changes made; changes of classes that are not there are left out. */
export function applyChanges(
  { classes }: Vocabulary,
  changes: readonly VocabularyChange[],
): Vocabulary {
  let changed = classes.map(({ glossary: _added, ...entry }) => entry);
  for (const change of changes) {
    changed = changed.map((entry) => {
      if (entry.id !== change.class) return entry;
      if (change.kind === "alias") return { ...entry, aliases: [...entry.aliases, change.name] };
      if (change.kind === "not-word") return { ...entry, not: [...entry.not, change.name] };
      const other = changed.find(({ id }) => id === change.other);
      if (!other) return entry;
      // A not-word of the one may be a name of the other.
      const aliases = [...entry.aliases, other.label, other.id, ...other.aliases];
      const not = entry.not.filter((name) => !aliases.includes(name));
      return { ...entry, aliases, not };
    });
    if (change.kind === "merge") {
      const isThere = changed.some(({ id }) => id === change.class);
      changed = isThere ? changed.filter(({ id }) => id !== change.other) : changed;
    }
  }
  return createVocabulary(changed);
}

/** Equal changes have equal keys. */
export function keyOf(change: Change): string {
  return JSON.stringify(change);
}
