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
export function applyLearned(vocabulary: Vocabulary, learnt: Learned): Vocabulary {
  const { names } = learnt;
  if (names.length === 0) return vocabulary;
  const trust = trustIn(learnt);
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
        kind === "alias" && lessons.length > 0 ? [{ name, trust }] : [],
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

/**
 * How likely a learned word means the same class the next time, 0…1, by Laplace's rule of succession
 * over all answers to words that had been answered before: an LMM that calls its things by one name
 * is believed sooner than one that has a word for anything it does not know. One for all words,
 * because few of them are answered twice.
 */
function trustIn({ names, held }: Learned): number {
  const agreed = names.map(({ kind, lessons }) => (kind === "alias" ? lessons.length - 1 : 0));
  const contradicted = held.map(({ claims }) => {
    const counts = claims.map(({ lessons }) => lessons);
    return sum(counts) - Math.max(0, ...counts);
  });
  // The answer that taught the word counts as one that agreed.
  const right = sum(agreed) + 1;
  return (right + 1) / (right + sum(contradicted) + 2);
}

/** What a person settled rests on no lesson, and counts for none. */
function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + Math.max(0, count), 0);
}
