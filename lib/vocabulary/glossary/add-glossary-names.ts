import type { EmbedderInfo } from "../../clip/embedder";
import { isReadable, namesOf } from "../class-names";
import { foldName } from "../fold-name";
import type { Vocabulary, VocabularyClass } from "../vocabulary";
import { lookUpJapanese, type GlossaryNames } from "./glossary";

/** A name that more classes share (部品1, 部品2, …) tells none of them from the others. */
const MAX_SHARED = 8;

/**
 * The vocabulary as a model compares it: classes that it could not read have the glossary's
 * English names too, and Japanese not-words the English ones. What a person has written comes
 * first: a class with an English name of its own gets none, and no class gets a name that
 * another one was given.
 */
export function addGlossaryNames(
  vocabulary: Vocabulary,
  info: Pick<EmbedderInfo, "languages">,
): Vocabulary {
  if (info.languages === "multilingual") return vocabulary;
  const isEnglish = (name: string): boolean =>
    // A part number says nothing to a model.
    isReadable(name, info) && /\p{L}{2}/u.test(name);
  const found = vocabulary.classes.map((entry) =>
    namesOf(entry).some(isEnglish) ? NOTHING : findNames(entry),
  );
  const isNeeded = found.some((names) => names !== NOTHING);
  if (!isNeeded && vocabulary.classes.every(({ not }) => not.length === 0)) return vocabulary;
  const given = new Set(vocabulary.classes.flatMap(namesOf).filter(isEnglish).map(foldName));
  const uses = count(found.flatMap(({ english, scientific }) => [...english, ...scientific]));
  const isUseful = (name: string): boolean =>
    !given.has(foldName(name)) && (uses.get(name) ?? 0) <= MAX_SHARED;
  const classes = vocabulary.classes.map((entry, position) => {
    const names = found[position] ?? NOTHING;
    const glossary = {
      english: names.english.filter(isUseful),
      scientific: names.scientific.filter(isUseful),
    };
    const isNamed = glossary.english.length + glossary.scientific.length > 0;
    const named: VocabularyClass = { ...entry, ...(isNamed ? { glossary } : {}) };
    return { ...named, not: addNotWords(named) };
  });
  return { ...vocabulary, classes };
}

const NOTHING: GlossaryNames = { english: [], scientific: [] };

function findNames(entry: VocabularyClass): GlossaryNames {
  const found = namesOf(entry).flatMap((name) => lookUpJapanese(name) ?? []);
  return {
    english: unique(found.flatMap(({ english }) => english)),
    scientific: unique(found.flatMap(({ scientific }) => scientific)),
  };
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** 釘 among the not-words keeps "nail" away too, but never a name of the class itself. */
function addNotWords(entry: VocabularyClass): readonly string[] {
  const english = entry.not.flatMap((word) => lookUpJapanese(word)?.english ?? []);
  if (english.length === 0) return entry.not;
  const own = new Set(namesOf(entry).map(foldName));
  return unique([...entry.not, ...english.filter((word) => !own.has(foldName(word)))]);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
