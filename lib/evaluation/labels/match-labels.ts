import { findClasses } from "../../examples/class-folders";
import type { Vocabulary } from "../../vocabulary/vocabulary";
import type { LabelledPhoto } from "./labelled-set";

/** A labelled picture in terms of a vocabulary. */
export interface TruePhoto extends LabelledPhoto {
  /** Id of the class that it shows; null: none of them, it is a stranger. */
  readonly truth: string | null;
}

export interface LabelMatch {
  readonly photos: readonly TruePhoto[];
  /** Labels that are a name of several classes: nobody can tell which one is right. */
  readonly ambiguous: readonly { readonly label: string; readonly classes: readonly string[] }[];
}

/** Finds the class of each label by id, label or alias; a label that is no class is a stranger's. */
export function matchLabels(photos: readonly LabelledPhoto[], vocabulary: Vocabulary): LabelMatch {
  const known = new Map<string, readonly string[]>();
  const ownersOf = ({ words }: LabelledPhoto): readonly string[] => {
    const key = JSON.stringify(words);
    const owners = known.get(key) ?? findOwners(words, vocabulary);
    known.set(key, owners);
    return owners;
  };
  const ambiguous = new Map<string, readonly string[]>();
  const matched = photos.flatMap((photo): TruePhoto[] => {
    const [truth = null, ...others] = ownersOf(photo);
    if (others.length === 0) return [{ ...photo, truth }];
    ambiguous.set(photo.label, ownersOf(photo));
    return [];
  });
  return {
    photos: matched,
    ambiguous: [...ambiguous].map(([label, classes]) => ({ label, classes })),
  };
}

/** The most exact word that means one class; what may mean several only where no word does. */
function findOwners(words: readonly string[], vocabulary: Vocabulary): readonly string[] {
  const found = words.map((word) => findClasses(word, vocabulary));
  return found.find(({ length }) => length === 1) ?? found.find(({ length }) => length > 1) ?? [];
}
