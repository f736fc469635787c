import type { NodeAPI } from "node-red";

import type { Embedder } from "../../lib/clip/embedder";
import type { EmbedderOptions } from "../../lib/clip/shared-embedders";
import type { ClipModelNode } from "../runtime/settings/config-nodes";
import { cacheFolder } from "../runtime/models/cache-folder";
import { EmbedderUse } from "../runtime/models/embedder-use";
import { findConfig, readText } from "../runtime/settings/read-settings";
import type { Call } from "./reply";
import { YieldingEmbedder } from "./yielding-embedder";

/**
 * A use of the model that a dialog chose, or of the bundled starter; the caller gives it back. A
 * dialog never starts a download: a model that is not there yet is refused with the sentence that
 * says so.
 */
export function lendModel(RED: NodeAPI, body: Call["body"]): EmbedderUse {
  const id = readText(body.model, "model");
  return lend(
    () =>
      findConfig<ClipModelNode>(RED, id, "clip-model")?.readOptions() ?? {
        model: "starter",
        cacheDir: cacheFolder(RED),
      },
  );
}

/** Lends the model for as long as `work` takes. */
export function withModel<T>(
  RED: NodeAPI,
  body: Call["body"],
  work: (embedder: Embedder) => Promise<T>,
): Promise<T> {
  return until(lendModel(RED, body), work);
}

/** The same of a model that no deployed node has chosen yet. */
export function withOptions<T>(
  options: EmbedderOptions,
  work: (embedder: Embedder) => Promise<T>,
): Promise<T> {
  return until(
    lend(() => options),
    work,
  );
}

function lend(readOptions: () => EmbedderOptions): EmbedderUse {
  return new EmbedderUse(
    () => ({ ...readOptions(), offline: true }),
    () => undefined,
  );
}

async function until<T>(use: EmbedderUse, work: (embedder: Embedder) => Promise<T>): Promise<T> {
  try {
    return await work(new YieldingEmbedder(await use.get()));
  } finally {
    await use.release();
  }
}
