import { createHash } from "node:crypto";
import path from "node:path";

import type { Embedder } from "../clip/embedder";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { ExampleSet } from "./example-set";
import { ExampleStore } from "./example-store";

export interface ReadOptions {
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
}

/**
 * The pictures in a folder of class folders, which is only read: folders are classes by id, label
 * or alias. Features are kept in `<cacheDir>/examples`. Throws `EMBEDDER_UNAVAILABLE` and `CLOSED`.
 */
export function readExampleFolder(
  folder: string,
  embedder: Embedder,
  vocabulary: Vocabulary,
  { cacheDir, signal }: ReadOptions,
): Promise<ExampleSet> {
  const root = path.resolve(folder);
  const place = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const cacheFolder = path.join(cacheDir, "examples", place);
  const store = ExampleStore.open(root, { cacheFolder });
  return store.read(embedder, vocabulary, signal ? { signal } : {});
}
