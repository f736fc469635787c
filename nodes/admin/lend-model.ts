import type { NodeAPI } from "node-red";

import type { Embedder } from "../../lib/clip/embedder";
import type { ClipModelNode } from "../runtime/settings/config-nodes";
import { cacheFolder } from "../runtime/models/cache-folder";
import { EmbedderUse } from "../runtime/models/embedder-use";
import { findConfig, readText } from "../runtime/settings/read-settings";
import type { Call } from "./reply";

/**
 * A use of the model that a dialog chose, or of the bundled starter; the caller gives it back. A
 * dialog never starts a download: a model that is not there yet is refused with the sentence that
 * says so.
 */
export function lendModel(RED: NodeAPI, body: Call["body"]): EmbedderUse {
  const id = readText(body.model, "model");
  return new EmbedderUse(
    () => ({
      ...(findConfig<ClipModelNode>(RED, id, "clip-model")?.readOptions() ?? {
        model: "starter",
        cacheDir: cacheFolder(RED),
      }),
      offline: true,
    }),
    () => undefined,
  );
}

/** Lends the model for as long as `work` takes. */
export async function withModel<T>(
  RED: NodeAPI,
  body: Call["body"],
  work: (embedder: Embedder) => Promise<T>,
): Promise<T> {
  const use = lendModel(RED, body);
  try {
    return await work(await use.get());
  } finally {
    await use.release();
  }
}
