import { Memo } from "../../../lib/basics/memo";
import type { Embedder } from "../../../lib/clip/embedder";
import type { ExampleSet } from "../../../lib/examples/example-set";
import { VocabularyIndex } from "../../../lib/match/vocabulary-index";
import { ExampleIndex } from "../../../lib/witness/examples";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";

/** A flow may send a vocabulary with each message; the one unused for longest goes first. */
const MAX_INDEXES = 16;

/** An index lives as long as its embedder: the next embedder makes vectors of its own. */
const indexes = new WeakMap<Embedder, Memo<VocabularyIndex>>();

/** The index of a vocabulary in a model's space: built once, however many nodes ask for it. */
export function getIndex(
  vocabulary: Vocabulary,
  embedder: Embedder,
  template: string | undefined,
): Promise<VocabularyIndex> {
  const known = indexes.get(embedder) ?? new Memo<VocabularyIndex>(MAX_INDEXES);
  indexes.set(embedder, known);
  // Without a signal: one node that closes must not cut off the others that wait for the index.
  return known.get(JSON.stringify([vocabulary.digest, template ?? ""]), () =>
    VocabularyIndex.build(vocabulary, embedder, template ? { template } : {}),
  );
}

const exampleIndexes = new WeakMap<ExampleSet, Map<string, ExampleIndex>>();

/** The examples of a vocabulary, centred and ready: once, however many nodes ask for them. */
export function indexExamples(set: ExampleSet, vocabulary: Vocabulary): ExampleIndex {
  const known = exampleIndexes.get(set) ?? new Map<string, ExampleIndex>();
  exampleIndexes.set(set, known);
  const index = known.get(vocabulary.digest) ?? ExampleIndex.of(set, vocabulary.classes);
  known.set(vocabulary.digest, index);
  return index;
}
