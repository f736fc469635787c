import type { NodeAPI } from "node-red";

import type { Embedder } from "../../lib/clip/embedder";
import type { Calibration } from "../../lib/confidence/calibration";
import { CalibrationStore } from "../../lib/confidence/calibration-store";
import type { ExampleSet } from "../../lib/examples/example-set";
import type { Vocabulary } from "../../lib/vocabulary/vocabulary";
import { findStore } from "../runtime/examples/shared-examples";
import { vocabularyFolder } from "../runtime/models/cache-folder";
import { extendVocabulary } from "../runtime/record/shared-learners";
import type { TestSettings } from "./test-settings";

/** What a node would know beside its dialog. */
export interface Taught {
  /** With the names that corrections have taught. */
  readonly vocabulary: Vocabulary;
  /** Undefined where there are none, or the model sees nothing. */
  readonly examples: ExampleSet | undefined;
  readonly calibrations: readonly Calibration[];
}

/** What people have taught the vocabulary of a test, as a node with its dialog would find it. */
export async function readTaught(
  RED: NodeAPI,
  { examplesOf: id, vocabulary: typed }: Pick<TestSettings, "examplesOf" | "vocabulary">,
  embedder: Embedder,
  signal: AbortSignal,
): Promise<Taught> {
  if (!id) return { vocabulary: typed, examples: undefined, calibrations: [] };
  const set = embedder.info.hasVision
    ? await findStore(RED, id).read(embedder, typed, { signal })
    : undefined;
  return {
    vocabulary: await extendVocabulary(RED, id, typed),
    examples: set && set.rows > 0 ? set : undefined,
    calibrations: await CalibrationStore.open(vocabularyFolder(RED, id)).read(),
  };
}
