import {
  createVocabulary,
  MAX_ALL_NAMES,
  MAX_NAMES,
  type Vocabulary,
} from "../vocabulary/vocabulary";
import type { Learned, LearnedName } from "./learned-names";

/**
 * The vocabulary that the next picture is judged with: what was typed, and behind it what was
 * learned, as far as a vocabulary has room for names. The same one where nothing was learned.
 */
export function applyLearned(vocabulary: Vocabulary, { names }: Learned): Vocabulary {
  if (names.length === 0) return vocabulary;
  const typed = vocabulary.classes.reduce(
    (sum, { aliases, not }) => sum + 1 + aliases.length + not.length,
    0,
  );
  let room = MAX_ALL_NAMES - typed;
  const byClass = new Map<string, LearnedName[]>();
  for (const name of names) {
    if (room === 0) break;
    room -= 1;
    const mine = byClass.get(name.class);
    if (mine) mine.push(name);
    else byClass.set(name.class, [name]);
  }
  return createVocabulary(
    vocabulary.classes.map((entry) => {
      const mine = byClass.get(entry.id) ?? [];
      const of = (kind: LearnedName["kind"]): string[] =>
        mine.flatMap((one) => (one.kind === kind ? [one.name] : []));
      const learned = mine.flatMap(({ kind, name, lessons }) =>
        kind === "alias" && lessons.length > 0 ? [{ name, answers: lessons.length }] : [],
      );
      return {
        ...entry,
        ...(learned.length === 0 ? {} : { learned }),
        aliases: [...entry.aliases, ...of("alias")].slice(0, MAX_NAMES),
        not: [...entry.not, ...of("not")].slice(0, MAX_NAMES),
      };
    }),
  );
}
