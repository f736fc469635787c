import type { EmbedderInfo } from "../../clip/embedder";
import { isReadable, namesOf } from "../class-names";
import { foldName } from "../fold-name";
import type { Vocabulary, VocabularyClass } from "../vocabulary";
import { lookUpJapanese, type GlossaryNames } from "./glossary";

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
  const given = new Set(vocabulary.classes.flatMap(namesOf).filter(isEnglish).map(foldName));
  const classes = vocabulary.classes.map((entry) => {
    const found = namesOf(entry).some(isEnglish) ? null : findNames(entry, given);
    const glossary = found?.english.length || found?.scientific.length ? { glossary: found } : {};
    const named: VocabularyClass = { ...entry, ...glossary };
    return { ...named, not: addNotWords(named) };
  });
  return { ...vocabulary, classes };
}

function findNames(entry: VocabularyClass, given: ReadonlySet<string>): GlossaryNames {
  const found = namesOf(entry).flatMap((name) => lookUpJapanese(name) ?? []);
  const choose = (kind: keyof GlossaryNames): string[] =>
    unique(found.flatMap((names) => names[kind])).filter((name) => !given.has(foldName(name)));
  return { english: choose("english"), scientific: choose("scientific") };
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
