import { namesOf } from "../../lib/vocabulary/class-names";
import { foldName } from "../../lib/vocabulary/fold-name";
import { guessEnglish } from "../../lib/vocabulary/glossary/glossary";
import type { LintFinding } from "../../lib/vocabulary/lint-vocabulary";
import { joinNames } from "../../lib/vocabulary/names-in-text";
import type { Vocabulary, VocabularyClass } from "../../lib/vocabulary/vocabulary";

/** One way to mend a finding; the dialog only puts the new cells in place. */
export interface Fix {
  /** Names the sentence on the button. */
  readonly action:
    | "remove-name"
    | "remove-not"
    | "merge"
    | "add-alias"
    | "shorten"
    | "take-names"
    | "take-glossary"
    | "take-all";
  /** What the sentence speaks of: a name, and labels of classes. */
  readonly params: { readonly name: string; readonly label: string; readonly into: string };
  /** Cells with the text that they get. */
  readonly set: readonly { row: number; column: "aliases" | "not"; value: string }[];
  /** Rows that go. */
  readonly remove: readonly number[];
  /** The cell that a person has to fill in; nothing is changed. */
  readonly edit: { readonly row: number; readonly column: "label" | "aliases" } | null;
}

/** English names that an LMM has proposed, by label. */
export type Proposals = ReadonlyMap<string, readonly string[]>;

/**
 * The ways to mend a finding, the least drastic first. `rows` are the positions of its classes.
 */
export function suggestFixes(
  finding: LintFinding,
  rows: readonly number[],
  { classes }: Vocabulary,
  proposals: Proposals = new Map(),
): Fix[] {
  const entries = rows.flatMap((row) => {
    const entry = classes[row];
    return entry ? [{ row, entry }] : [];
  });
  const [first, second] = entries;
  if (!first) return [];
  switch (finding.kind) {
    case "duplicate-alias": {
      const removals = entries.flatMap(({ row, entry }) => removeName(row, entry, finding.text));
      const rename = removals.length === 0 ? [ask("add-alias", first, finding.text)] : [];
      return second ? [...removals, ...rename, merge(first, second)] : removals;
    }
    case "contradiction":
      return [
        removeName(first.row, first.entry, finding.text, "not"),
        removeName(first.row, first.entry, finding.text, "aliases"),
      ].flat();
    case "near-classes":
      return second ? [merge(first, second)] : [];
    case "opposites":
      return entries.map((place) => ask("add-alias", place, finding.text));
    case "cut-text":
      return [
        ...removeName(first.row, first.entry, finding.text),
        ask("shorten", first, finding.text),
      ];
    case "no-readable-name": {
      const proposed = proposals.get(first.entry.label) ?? [];
      return [
        ...(proposed.length > 0 ? [addNames("take-names", first, proposed)] : []),
        ...guessEnglish(first.entry.label).map((name) => addNames("take-names", first, [name])),
        ask("add-alias", first, finding.text),
      ];
    }
    case "not-compared":
      return [];
  }
}

interface Place {
  readonly row: number;
  readonly entry: VocabularyClass;
}

/** Nothing where the name is the label: that is what people call the class. */
export function removeName(
  row: number,
  entry: VocabularyClass,
  name: string,
  column: "aliases" | "not" = "aliases",
): Fix[] {
  const fold = foldName(name);
  const kept = entry[column].filter((word) => foldName(word) !== fold);
  if (kept.length === entry[column].length) return [];
  return [
    {
      action: column === "not" ? "remove-not" : "remove-name",
      params: { name, label: entry.label, into: "" },
      set: [{ row, column, value: joinNames(kept) }],
      remove: [],
      edit: null,
    },
  ];
}

/** Names that the glossary gives a class, as aliases that a person can edit. */
export function takeGlossary(row: number, entry: VocabularyClass, names: readonly string[]): Fix {
  return addNames("take-glossary", { row, entry }, names);
}

/** A name that people's answers taught, as a typed one. */
export function takeLearned(
  row: number,
  entry: VocabularyClass,
  name: string,
  column: "aliases" | "not",
): Fix {
  return addNames("take-names", { row, entry }, [name], column);
}

/** Several fixes as one; null where there are none. */
export function takeAll(fixes: readonly Fix[]): Fix | null {
  if (fixes.length === 0) return null;
  return {
    action: "take-all",
    params: { name: String(fixes.length), label: "", into: "" },
    set: fixes.flatMap(({ set }) => set),
    remove: [],
    edit: null,
  };
}

function addNames(
  action: "take-names" | "take-glossary" | "take-all",
  { row, entry }: Place,
  names: readonly string[],
  column: "aliases" | "not" = "aliases",
): Fix {
  return {
    action,
    params: { name: names.join(", "), label: entry.label, into: "" },
    set: [{ row, column, value: joinNames([...entry[column], ...names]) }],
    remove: [],
    edit: null,
  };
}

/** The second class becomes names of the first. */
function merge(first: Place, second: Place): Fix {
  const own = new Set(namesOf(first.entry).map(foldName));
  const more = namesOf(second.entry).filter((name) => !own.has(foldName(name)));
  const aliases = [...first.entry.aliases, ...more];
  const all = new Set([...own, ...more.map(foldName)]);
  // A not-word that has become a name of the class would rule the class out.
  const not = [...first.entry.not, ...second.entry.not].filter((word) => !all.has(foldName(word)));
  return {
    action: "merge",
    params: { name: "", label: second.entry.label, into: first.entry.label },
    set: [
      { row: first.row, column: "aliases", value: joinNames(aliases) },
      { row: first.row, column: "not", value: joinNames([...new Set(not)]) },
    ],
    remove: [second.row],
    edit: null,
  };
}

function ask(action: "add-alias" | "shorten", { row, entry }: Place, name: string): Fix {
  const isLabel = action === "shorten" && foldName(entry.label) === foldName(name);
  return {
    action,
    params: { name, label: entry.label, into: "" },
    set: [],
    remove: [],
    edit: { row, column: isLabel ? "label" : "aliases" },
  };
}
