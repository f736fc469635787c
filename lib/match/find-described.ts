import type { NameTable } from "../vocabulary/class-names";
import { findNamesInText } from "./find-name-in-text";

/** What a text says of the classes, by their positions. */
export interface Described {
  /** Classes whose name stands in it, and none of whose not-words does. */
  readonly affirmed: readonly { readonly fold: string; readonly positions: readonly number[] }[];
  /** Those that it names in denials only, which no word about the same picture can mean. */
  readonly denied: readonly number[];
}

export function findDescribed(text: string, names: NameTable, notWords: NameTable): Described {
  const found = findNamesInText(text, (fold) => names.has(fold) || notWords.has(fold));
  const stands = found.filter(({ denied }) => !denied);
  const ruledOut = new Set(stands.flatMap(({ fold }) => notWords.get(fold) ?? []));
  const affirmed = stands.map(({ fold }) => ({
    fold,
    positions: (names.get(fold) ?? []).filter((position) => !ruledOut.has(position)),
  }));
  const said = new Set(affirmed.flatMap(({ positions }) => positions));
  const denied = found
    .filter(({ denied: isDenied }) => isDenied)
    .flatMap(({ fold }) => names.get(fold) ?? [])
    .filter((position) => !said.has(position));
  return { affirmed, denied };
}
