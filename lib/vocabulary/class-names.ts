import type { EmbedderInfo } from "../clip/embedder";
import { foldName } from "./fold-name";
import type { Vocabulary, VocabularyClass } from "./vocabulary";

/** The paper's template (arXiv 2503.12206, after Radford et al. 2021). */
export const DEFAULT_TEMPLATE = "a photo of a {name}";

/** The text that is embedded for a name. As in the paper's code, `_` stands for a space. */
export function renderTemplate(template: string, name: string): string {
  return template.replace("{name}", () => name.replaceAll("_", " "));
}

/** The label, the aliases and what the glossary adds: all of them count alike. */
export function namesOf({ label, aliases, glossary }: VocabularyClass): string[] {
  return [label, ...aliases, ...(glossary?.english ?? []), ...(glossary?.scientific ?? [])];
}

/**
 * The names that a model compares by their meaning. A scientific name is met letter by letter, and
 * so is what an LMM called the thing: that need not look like it, or mean anything near it.
 */
export function comparedNamesOf(
  { label, aliases, learned = [], glossary }: VocabularyClass,
  info: Pick<EmbedderInfo, "languages">,
): string[] {
  // An alias is the word without its doubled spaces and line ends.
  const folds = new Set(learned.map(({ name }) => foldName(name)));
  const isTyped = (name: string): boolean => folds.size === 0 || !folds.has(foldName(name));
  const names = [label, ...aliases.filter(isTyped), ...(glossary?.english ?? [])];
  return names.filter((name) => isReadable(name, info));
}

/**
 * True where the model makes sense of a name. An English-only model turns other scripts into
 * vectors too, but into meaningless ones; and no model knows what ○ and × are to a plant.
 */
export function isReadable(name: string, { languages }: Pick<EmbedderInfo, "languages">): boolean {
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(name)) return false;
  return (
    languages === "multilingual" || /^[\p{Script=Latin}\p{N}\p{P}\p{S}\p{Z}\p{M}]*$/u.test(name)
  );
}

/** Classes (by position) that a folded name stands for. */
export type NameTable = ReadonlyMap<string, readonly number[]>;

/** Every folded name of every class; not-words where `kind` is `not`. */
export function foldNames({ classes }: Vocabulary, kind: "names" | "not"): NameTable {
  const table = new Map<string, number[]>();
  for (const [position, entry] of classes.entries()) {
    for (const name of kind === "names" ? namesOf(entry) : entry.not) {
      const fold = foldName(name);
      // Names of nothing but marks are no names: all of them would be equal.
      if (!fold) continue;
      const owners = table.get(fold);
      if (!owners) table.set(fold, [position]);
      else if (!owners.includes(position)) owners.push(position);
    }
  }
  return table;
}
