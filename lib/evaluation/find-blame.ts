import { dot } from "../clip/vector";
import type { Evidence } from "../confidence/features";
import { findNamesInText } from "../match/find-name-in-text";
import type { VocabularyIndex } from "../match/vocabulary-index";
import type { Words } from "../tlac/classify";
import type { Result } from "../tlac/result";
import {
  DEFAULT_TEMPLATE,
  isReadable,
  comparedNamesOf,
  namesOf,
  renderTemplate,
} from "../vocabulary/class-names";
import { foldName } from "../vocabulary/fold-name";
import { WITNESSES, type Testimony } from "../witness/testimony";
import type { Blame } from "./blame";

/** A decision and all that it came from. */
export interface Case {
  readonly result: Result;
  readonly evidence: Evidence;
  /**
   * What the LMM said, how much of it was waited for, and what the user's rules left of that; null:
   * it was not asked.
   */
  readonly said: Words | null;
  readonly taken: Words | null;
  readonly heard: Words;
  /** Position of the class that the picture shows; null: none of them. */
  readonly truth: number | null;
  readonly index: VocabularyIndex;
}

/** The second class is close where it has at least this part of the first one's share. */
const CLOSE = 0.25;

/** A witness is against a class where it believes so many times more in another one. */
const AGAINST = 3;

/** A witness that believes less in each class says nothing but noise. */
const LIKELY = 0.1;

/** A label is doubtful only where another class is so likely; a stranger's, to every witness. */
const SURE = 0.5;

/** The step that made a decision wrong; null where it is as it should be. */
export async function findBlame(one: Case): Promise<Blame | null> {
  const { result, truth } = one;
  if (truth === null) return result.class === null ? null : blameStranger(one);
  if (result.class === idAt(one, truth)) return null;
  return blameKnown(one, truth);
}

async function blameKnown(one: Case, truth: number): Promise<Blame> {
  const { result, evidence, said, taken, heard, index } = one;
  const { words, combined } = evidence;
  const wasNamed = said !== null && (await isNamed(said, truth, index));
  if (!wasNamed && isAgainstAll(evidence, truth) && result.confidence >= SURE) return "label";
  const wasTaken = wasNamed && taken !== null && (await isNamed(taken, truth, index));
  if (wasRemoved(one, truth) || (wasTaken && !(await isNamed(heard, truth, index)))) {
    return "removed";
  }
  const isHeard = words !== null && favouriteOf(words) === truth;
  if (combined.order[0] === truth && result.class === null && (wasNamed || isMeant(evidence))) {
    return isHeard && isContradicted(evidence, truth) ? "contradicted" : "unsure";
  }
  if (isHeard) return "contradicted";
  // A wrong class that was decided although the right one was named is no matter of a margin.
  if (isClose(evidence, truth) && (result.class === null || !wasNamed)) return "close";
  if (!words) return "contradicted";
  return wasNamed ? "mismatched" : "unnamed";
}

/** A picture of none of the classes was taken for one. */
function blameStranger({ evidence, said }: Case): Blame {
  const { words, combined } = evidence;
  const [winner = -1] = combined.order;
  const isExact = (words?.exact[winner] ?? 0) > 0;
  // A label that is no class's name, of a picture that all see as one: most likely a missing alias.
  if (isExact && isAgainstAll(evidence, null)) return "label";
  if (!said || !words || favouriteOf(words) !== winner) return "contradicted";
  return isExact ? "unnamed" : "mismatched";
}

/** Whether at least two witnesses spoke, and all of them for one and the same other class. */
function isAgainstAll(evidence: Evidence, truth: number | null): boolean {
  const spoke = WITNESSES.flatMap((witness) => evidence[witness] ?? []);
  const [favourite, ...others] = new Set(spoke.map(likeliestOf));
  if (spoke.length < 2 || others.length > 0 || favourite == null || favourite === truth) {
    return false;
  }
  return spoke.every(({ beliefs }) => {
    const belief = beliefs[favourite] ?? 0;
    return truth === null ? belief >= SURE : belief >= AGAINST * (beliefs[truth] ?? 0);
  });
}

/** Whether the first class is likelier than none, or stands out: else it came first by chance. */
function isMeant({ words, combined: { order, shares, none } }: Evidence): boolean {
  const [first = 0, second = 0] = order.map((at) => shares[at] ?? 0);
  return words === null || first >= none || first >= AGAINST * second;
}

/** Whether the class came second where the first two are likelier than none, as a near-tie is. */
function isClose({ combined: { order, shares, none } }: Evidence, truth: number): boolean {
  const [first = -1, second] = order;
  const [most = 0, next = 0] = [shares[first], shares[truth]];
  return second === truth && next >= CLOSE * most && most + next > none;
}

/** Whether what was seen, or the examples, speak for another class. */
function isContradicted({ sight, examples }: Evidence, truth: number): boolean {
  return [sight, examples].some((witness) => {
    if (!witness) return false;
    const favourite = likeliestOf(witness);
    const belief = (at: number): number => witness.beliefs[at] ?? 0;
    return favourite !== null && belief(favourite) >= AGAINST * belief(truth);
  });
}

/** A not-word, a rule that forbids every class, or a denial took the right class away. */
function wasRemoved({ result, evidence, said, index }: Case, truth: number): boolean {
  if (result.reason === "filtered" || evidence.words?.vetoed.has(truth)) return true;
  const names = foldsOf(truth, index);
  const texts = said ? [said.description, ...allNames(said)] : [];
  const found = texts.flatMap((text) => findNamesInText(text, (fold) => names.has(fold)));
  return found.length > 0 && found.every(({ denied }) => denied);
}

/**
 * Whether words name the class: by one of its names or words of it, in whatever spelling, or by a
 * word that the model takes for the same thing.
 */
async function isNamed(words: Words, position: number, index: VocabularyIndex): Promise<boolean> {
  const names = foldsOf(position, index);
  const proposed = allNames(words);
  const folds = proposed.map(foldName);
  if (folds.some((fold) => [...names].some((name) => isPart(fold, name) || isPart(name, fold)))) {
    return true;
  }
  const inText = findNamesInText(words.description, (fold) => names.has(fold));
  if (inText.some(({ denied }) => !denied)) return true;
  const entry = index.vocabulary.classes[position];
  const { embedder } = index;
  const own = entry ? comparedNamesOf(entry, embedder.info) : [];
  const readable = proposed.filter((name) => isReadable(name, embedder.info));
  const vectors = await embedder.embedTexts(
    [...own, ...readable].map((name) => renderTemplate(DEFAULT_TEMPLATE, name)),
  );
  const others = vectors.slice(own.length);
  return vectors
    .slice(0, own.length)
    .some((vector) => others.some((other) => dot(vector, other) >= embedder.info.sameName));
}

/** Whether a name is another one, or words of it: "screw" of "wood screw". */
function isPart(part: string, whole: string): boolean {
  return part !== "" && ` ${whole} `.includes(` ${part} `);
}

function allNames({ candidates }: Words): string[] {
  return candidates.flatMap(({ name, synonyms }) => [name, ...synonyms]);
}

function foldsOf(position: number, { vocabulary }: VocabularyIndex): ReadonlySet<string> {
  const entry = vocabulary.classes[position];
  return new Set(entry ? namesOf(entry).map(foldName).filter(Boolean) : []);
}

/** The class that a witness believes in most; null: in none of them. */
function favouriteOf({ beliefs, none }: Testimony): number | null {
  let favourite: number | null = null;
  let most = none;
  for (let position = 0; position < beliefs.length; position++) {
    const belief = beliefs[position] as number;
    if (belief <= most) continue;
    favourite = position;
    most = belief;
  }
  return favourite;
}

/** The class that a witness speaks for, even where it holds none of them for likelier; null: none. */
function likeliestOf({ beliefs }: Testimony): number | null {
  const most = beliefs.reduce((high, belief) => Math.max(high, belief), 0);
  return most >= LIKELY ? beliefs.indexOf(most) : null;
}

function idAt({ index }: Case, position: number): string | undefined {
  return index.vocabulary.classes[position]?.id;
}
