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
  const record = readRecord(learnt);
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
        kind === "alias" && lessons.length > 0
          ? [{ name, trust: trustIn(lessons.length, record) }]
          : [],
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

/** How often answers to a word that had been answered before said the same, and something else. */
interface TrackRecord {
  readonly agreed: number;
  readonly contradicted: number;
}

function readRecord({ names, held }: Learned): TrackRecord {
  const repeats = names.map(({ kind, lessons }) => (kind === "alias" ? lessons.length - 1 : 0));
  const others = held.map(({ claims }) => {
    const counts = claims.map(({ lessons }) => lessons);
    return counts.reduce((sum, count) => sum + count, 0) - Math.max(0, ...counts);
  });
  const sum = (counts: readonly number[]): number =>
    counts.reduce((all, count) => all + Math.max(0, count), 0);
  return { agreed: sum(repeats), contradicted: sum(others) };
}

/**
 * How likely a word means the same class the next time, 0…1, by Laplace's rule of succession over
 * the answers to this word, all of which agree, and those to the others: an LMM that calls its
 * things by one name is believed sooner than one that has a word for anything it does not know.
 */
function trustIn(answers: number, { agreed, contradicted }: TrackRecord): number {
  const others = agreed - (answers - 1);
  return (others + answers + 1) / (others + contradicted + answers + 2);
}
