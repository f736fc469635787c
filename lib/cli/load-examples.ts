import { stat } from "node:fs/promises";

import type { Embedder } from "../clip/embedder";
import { toError } from "../errors";
import type { ExampleSet } from "../examples/example-set";
import { describeLeftOut } from "../examples/describe-left-out";
import { readExampleFolder, type ReadOptions } from "../examples/read-example-folder";
import type { Language } from "../i18n/catalogue";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { UsageError } from "./usage-error";

export interface LoadOptions extends ReadOptions {
  readonly language: Language;
  /** Takes a sentence for each picture and folder that does not count. */
  readonly note: (sentence: string) => void;
}

/**
 * The confirmed pictures in a folder of class folders. Throws `UsageError` where there is nothing to
 * compare photos with: whoever names the folder expects that it counts.
 */
export async function loadExamples(
  folder: string,
  embedder: Embedder,
  vocabulary: Vocabulary,
  { language, note, ...options }: LoadOptions,
): Promise<ExampleSet> {
  const stats = await stat(folder).catch((thrown: unknown) => {
    throw new UsageError("cli.no-such-file", { file: folder, reason: toError(thrown).message });
  });
  if (!stats.isDirectory()) throw new UsageError("cli.no-examples", { folder });
  const { name, hasVision } = embedder.info;
  if (!hasVision) throw new UsageError("cli.examples-need-images", { model: name });
  const set = await readExampleFolder(folder, embedder, vocabulary, options);
  for (const sentence of describeLeftOut(set, language)) note(sentence);
  if (set.rows === 0) throw new UsageError("cli.no-examples", { folder });
  return set;
}
