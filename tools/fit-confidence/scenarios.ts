/**
 * Situations of plants, made of labelled photos: a vocabulary, photos of its classes and as many
 * of none of them, and what the witnesses say of each photo.
 */
import path from "node:path";

import type { Embedder, Label } from "../../lib/clip/embedder";
import type { Evidence } from "../../lib/confidence/features";
import type { Candidate } from "../../lib/lmm/lmm";
import type { SightTestimony, WordsTestimony } from "../../lib/match/testimonies";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { RANKING_LENGTH } from "../../lib/tlac/ranking";
import { foldName } from "../../lib/vocabulary/fold-name";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { combine } from "../../lib/witness/combine";
import { ExampleIndex } from "../../lib/witness/examples";
import type { Testimony } from "../../lib/witness/testimony";
import type { SeenPhoto } from "./photos";
import { shuffle } from "./random";

export interface Situation {
  readonly title: string;
  /** `own`: the classes have the photos' names; `other`: another name of the same thing. */
  readonly names: "own" | "other";
  /** Whether the LMM gives synonyms beside its names. */
  readonly synonyms: boolean;
  /** Whether the LMM tells how sure it is of each name. */
  readonly probabilities: boolean;
  /** Share 0…1 of all names that the model knows which are classes too, without photos. */
  readonly density: number;
  /** Most classes; Infinity: half of the photos' names. */
  readonly classes: number;
  /** Whether the image tower's own classes are known, or only its vectors. */
  readonly labels: boolean;
  /** Examples a class, of sets that have several photos a class; 0: none. */
  readonly examples: number;
}

/** Half of the photos' names are the classes, and the image tower's own classes are known. */
export const USUAL = {
  density: 0,
  classes: Infinity,
  labels: true,
  examples: 0,
} as const satisfies Partial<Situation>;

/** One photo in one situation. */
export interface Observed {
  readonly photo: SeenPhoto;
  readonly known: boolean;
  /** Name of the set that the examples are of; empty without examples. */
  readonly set: string;
  /** Evidence for each combination of witnesses, with whether its winner is right. */
  readonly evidences: readonly { readonly evidence: Evidence; readonly right: boolean }[];
  /** The evidence of all that spoke, the first of `evidences`. */
}

/** Names of one thing, the first being the photos' own. */
type Names = readonly string[];

/** What each photo is evidence of in a situation. */
export async function observe(
  photos: readonly SeenPhoto[],
  situation: Situation,
  embedder: Embedder,
  random: () => number,
): Promise<Observed[]> {
  const labels = embedder.info.labels ?? [];
  const namesOf = nameFinder(labels);
  const named = photos.filter(
    ({ set, label }) => situation.names === "own" || (set === "" && namesOf(label).length > 1),
  );
  const single = named.filter(({ set }) => set === "");
  const several = situation.examples > 0 ? named.filter(({ set }) => set !== "") : [];
  const taken = shuffle(unique(single.map(({ label }) => label)), random);
  const half = taken.slice(0, Math.min(situation.classes, Math.floor(taken.length / 2)));
  const photoNames = new Set(photos.flatMap(({ label }) => namesOf(label).map(foldName)));
  const extra = shuffle(labels, random)
    .filter(
      ({ name, synonyms }) => ![name, ...synonyms].some((one) => photoNames.has(foldName(one))),
    )
    .slice(0, Math.round(labels.length * situation.density))
    .map(({ name, synonyms }): Names => [name, ...synonyms]);
  const sets = shuffle(unique(several.map(({ set }) => set)), random);
  const set = several.filter((photo) => photo.set === sets[0]);
  const classNames = [
    ...half.map(namesOf),
    ...unique(set.map(({ label }) => label)).map((label): Names => [label]),
    ...extra,
  ];
  const truths = new Map(classNames.map((names, at) => [foldName(names[0] ?? ""), at]));
  const vocabulary = createVocabulary(
    classNames.map((names, at) => ({
      id: `class ${String(at)}`,
      label: (situation.names === "own" ? names[0] : names.at(-1)) ?? "",
    })),
  );
  const own = situation.labels ? embedder : withoutLabels(embedder);
  const index = await VocabularyIndex.build(vocabulary, own);
  const shown = new Set<SeenPhoto>();
  const owners: number[] = [];
  for (const label of unique(set.map((photo) => photo.label))) {
    const some = shuffle(
      set.filter((photo) => photo.label === label),
      random,
    );
    for (const photo of some.slice(0, Math.min(situation.examples, some.length - 1))) {
      shown.add(photo);
      owners.push(truths.get(foldName(label)) ?? -1);
    }
  }
  const examples = shown.size > 0 ? indexExamples([...shown], owners, classNames.length) : null;
  const inside = named.filter(
    (photo) =>
      !shown.has(photo) &&
      truths.has(foldName(photo.label)) &&
      (photo.set === "" || photo.set === sets[0]),
  );
  const outside = shuffle(
    photos.filter((photo) => !truths.has(foldName(photo.label))),
    random,
  ).slice(0, Math.max(inside.length, 10));
  const observed: Observed[] = [];
  for (const photo of [...inside, ...outside]) {
    const truth = inside.includes(photo) ? truths.get(foldName(photo.label)) : undefined;
    const candidates = speak(photo.candidates, situation);
    const words = await index.hear(candidates, "");
    const testimonies = {
      words,
      sight: index.look(photo.sight),
      examples: (photo.sight.features && examples?.testify(photo.sight.features)) ?? null,
    };
    observed.push({
      photo,
      known: truth !== undefined,
      set: path.basename(sets[0] ?? ""),
      evidences: subsets(testimonies, candidates[0]?.probability, examples, classNames.length).map(
        (evidence) => ({ evidence, right: evidence.combined.order[0] === truth }),
      ),
    });
  }
  return observed;
}

function speak(candidates: readonly Candidate[], situation: Situation): Candidate[] {
  return candidates.map(({ name, synonyms, probability }) => ({
    name,
    synonyms: situation.synonyms ? synonyms : [],
    ...(situation.probabilities && probability !== undefined ? { probability } : {}),
  }));
}

/** Evidence of all witnesses together, then of each smaller combination of them. */
function subsets(
  all: {
    words: WordsTestimony | null;
    sight: SightTestimony | null;
    examples: Testimony | null;
  },
  lmmProbability: number | undefined,
  index: ExampleIndex | null,
  classes: number,
): Evidence[] {
  const evidences: Evidence[] = [];
  for (let mask = 7; mask > 0; mask--) {
    const words = mask & 4 ? all.words : null;
    const sight = mask & 2 ? all.sight : null;
    const examples = mask & 1 ? all.examples : null;
    if ((mask & 4 && !words) || (mask & 2 && !sight) || (mask & 1 && !examples)) continue;
    const combined = combine({ words, sight, examples }, classes, RANKING_LENGTH, words?.vetoed);
    evidences.push({
      words,
      sight,
      examples,
      combined,
      exampleFacts: index,
      lmmProbability: words ? lmmProbability : undefined,
    });
  }
  return evidences;
}

export function indexExamples(
  photos: readonly SeenPhoto[],
  owners: readonly number[],
  classes: number,
): ExampleIndex {
  const dims = photos[0]?.sight.features?.length ?? 0;
  const vectors = new Float32Array(photos.length * dims);
  for (const [row, { sight }] of photos.entries()) {
    if (sight.features) vectors.set(sight.features, row * dims);
  }
  return new ExampleIndex({ vectors, dims, owners: Int32Array.from(owners) }, classes);
}

function withoutLabels(embedder: Embedder): Embedder {
  return {
    info: { ...embedder.info, labels: null },
    embedTexts: embedder.embedTexts.bind(embedder),
    see: embedder.see.bind(embedder),
    countTokens: embedder.countTokens.bind(embedder),
  };
}

/** All names of the thing that a label names, the label first. */
function nameFinder(labels: readonly Label[]): (label: string) => Names {
  const byFold = new Map<string, Label>();
  for (const label of labels) {
    for (const name of [...label.synonyms, label.name].reverse()) {
      if (!byFold.has(foldName(name))) byFold.set(foldName(name), label);
    }
  }
  return (label) => {
    const entry = byFold.get(foldName(label));
    const all = entry ? [entry.name, ...entry.synonyms] : [];
    return [label, ...all.filter((name) => foldName(name) !== foldName(label))];
  };
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
