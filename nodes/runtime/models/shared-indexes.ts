import type { Embedder } from "../../../lib/clip/embedder";
import { VocabularyIndex } from "../../../lib/match/vocabulary-index";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";

/** A flow may send a vocabulary with each message; the one unused for longest goes first. */
const MAX_INDEXES = 16;

/** An index lives as long as its embedder: the next embedder makes vectors of its own. */
const indexes = new WeakMap<Embedder, Map<string, Promise<VocabularyIndex>>>();

/** The index of a vocabulary in a model's space: built once, however many nodes ask for it. */
export async function getIndex(
  vocabulary: Vocabulary,
  embedder: Embedder,
  template: string | undefined,
): Promise<VocabularyIndex> {
  const known = indexes.get(embedder) ?? new Map<string, Promise<VocabularyIndex>>();
  indexes.set(embedder, known);
  const key = JSON.stringify([vocabulary.digest, template ?? ""]);
  // Without a signal: one node that closes must not cut off the others that wait for the index.
  const index =
    known.get(key) ?? VocabularyIndex.build(vocabulary, embedder, template ? { template } : {});
  known.delete(key);
  known.set(key, index);
  const oldest = known.keys().next();
  if (known.size > MAX_INDEXES && !oldest.done) known.delete(oldest.value);
  try {
    return await index;
  } catch (thrown) {
    if (known.get(key) === index) known.delete(key);
    throw thrown;
  }
}
