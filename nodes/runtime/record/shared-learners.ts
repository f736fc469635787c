import type { NodeAPI } from "node-red";

import { Learner } from "../../../lib/learn/learner";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";
import { findStore } from "../examples/shared-examples";
import { vocabularyFolder } from "../models/cache-folder";
import type { VocabularyNode } from "../settings/config-nodes";
import { describeError, runtimeLanguage } from "../status/language";

/** One learner a vocabulary and process: it knows what it has read, and changes come in turn. */
const learners = new Map<string, Learner>();

/**
 * What people taught a vocabulary.
 *
 * @param id of the `tlac-vocabulary`, or of the node whose own classes they are
 */
export function findLearner(RED: NodeAPI, id: string): Learner {
  const folder = vocabularyFolder(RED, id);
  const learner = learners.get(folder) ?? new Learner(folder, findStore(RED, id));
  learners.set(folder, learner);
  return learner;
}

/** Sentences that were logged once and need not be again. */
const told = new Set<string>();

/** The vocabulary with what was learned; the typed one, and a line in the log, where that cannot be read. */
export async function extendVocabulary(
  RED: NodeAPI,
  id: string,
  typed: Vocabulary,
): Promise<Vocabulary> {
  try {
    return await findLearner(RED, id).extend(typed);
  } catch (thrown) {
    const line = `[learned:${id}] ${describeError(thrown, runtimeLanguage(RED))}`;
    if (!told.has(line)) RED.log.warn(line);
    told.add(line);
    return typed;
  }
}

/** A vocabulary that is deployed, as it was typed. */
export interface TypedVocabulary {
  readonly vocabulary: Vocabulary;
  /** Every so many confirmed pictures one is kept for tests. */
  readonly testEvery?: number;
}

/** Undefined where no such vocabulary, or node with classes of its own, is deployed. Throws `BAD_CONFIG`. */
export function findTyped(RED: NodeAPI, id: string): TypedVocabulary | undefined {
  const node = id ? (RED.nodes.getNode(id) as Partial<VocabularyNode> | null) : null;
  return node?.readVocabulary?.();
}
