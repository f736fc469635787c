import type { Testimony } from "../witness/testimony";
import { foldName } from "../vocabulary/fold-name";
import type { Vocabulary } from "../vocabulary/vocabulary";

/** 0…1: how far a folded name is taken for that of a class, by its position. */
export type Trust = (fold: string, position: number) => number;

/**
 * What a person typed is the class's name; a word that was learned is trusted as far as the answers
 * behind it reach. Measured on six kinds of defects on tiles, one answer a class, words of the
 * recogniser: at full trust 49 % of other photos came out as a wrong class.
 */
export function readTrust({ classes }: Vocabulary): Trust {
  const learned = new Map<string, Map<number, number>>();
  for (const [position, entry] of classes.entries()) {
    for (const { name, trust } of entry.learned ?? []) {
      const fold = foldName(name);
      const owners = learned.get(fold) ?? new Map<number, number>();
      learned.set(fold, owners.set(position, trust));
    }
  }
  return (fold, position) => learned.get(fold)?.get(position) ?? 1;
}

/** Belief in classes that are trusted in part: what is doubted goes to none of them. */
export function doubt(
  { beliefs, none }: Pick<Testimony, "beliefs" | "none">,
  trusted: (position: number) => number,
): Pick<Testimony, "beliefs" | "none"> {
  let doubted = 0;
  const left = beliefs.map((belief, position) => {
    const kept = belief * trusted(position);
    doubted += belief - kept;
    return kept;
  });
  return { beliefs: left, none: none + doubted };
}
