import type { NameTable } from "./class-names";
import { foldName } from "./fold-name";

/** What stands before and behind a thing's name in the name of its absence. */
type Form = readonly [before: string, behind: string];

const FORMS: readonly Form[] = [
  ["no ", ""],
  ["without ", ""],
  ["without a ", ""],
  ["missing ", ""],
  ["", " missing"],
  ["", " absent"],
  ["", " free"],
  ["not wearing ", ""],
  ["not wearing a ", ""],
  ["no ", " worn"],
  ["", " not worn"],
];

const BEFORE_JAPANESE = ["無", "ノー"];
const BEHIND_JAPANESE =
  "なし 無し 無 のない 抜け 未着用 未装着 不着用 非着用 未使用 欠品 欠落 忘れ".split(" ");
/** Folding drops the long mark at the end of a name, but not inside of one. */
const JAPANESE_FORMS: readonly Form[] = [
  ...[...new Set(BEFORE_JAPANESE.flatMap((before) => [before, foldName(before)]))].map(
    (before): Form => [before, ""],
  ),
  ...BEHIND_JAPANESE.map(foldName).flatMap((behind): Form[] => [
    ["", behind],
    ["", `ー${behind}`],
  ]),
];

const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/;

/** The folded names that stand for the absence of a folded name. */
export function absenceNamesOf(fold: string): string[] {
  const forms = JAPANESE.test(fold) ? JAPANESE_FORMS : FORMS;
  return forms.map(([before, behind]) => before + fold + behind);
}

/** The folded names of the things whose absence a folded name may stand for. */
export function thingsAbsentIn(fold: string): string[] {
  const forms = JAPANESE.test(fold) ? JAPANESE_FORMS : FORMS;
  const things = forms.flatMap(([before, behind]) => {
    const length = fold.length - before.length - behind.length;
    const isForm = length > 0 && fold.startsWith(before) && fold.endsWith(behind);
    return isForm ? foldName(fold.slice(before.length, before.length + length)) : [];
  });
  return [...new Set(things)].filter(Boolean);
}

/**
 * A table of names in which a class for an absence has all names of that absence: "no helmet" is
 * "without a helmet", too. What is a name already, or would be one of two classes, is left alone.
 */
export function addAbsenceNames(table: NameTable): NameTable {
  const added = new Map<string, readonly number[] | null>();
  for (const [fold, owners] of table) {
    for (const name of thingsAbsentIn(fold).flatMap(absenceNamesOf)) {
      if (table.has(name)) continue;
      const known = added.get(name);
      added.set(name, known === undefined || isSame(known, owners) ? owners : null);
    }
  }
  const all = new Map(table);
  for (const [name, owners] of added) if (owners) all.set(name, owners);
  return all;
}

function isSame(known: readonly number[] | null, owners: readonly number[]): boolean {
  return known !== null && known.join() === owners.join();
}
