import { TlacError } from "../../errors";
import type { Engine } from "../client/engine";
import { serveLmm, type ServedLmm } from "../client/served-lmm";
import { createCalls } from "./calls";
import { chat } from "./chat";
import { toCallFailure } from "./failure";
import { listModels } from "./list-models";
import { loadModel } from "./load-model";
import { isLoaded, isSameModel, quick, readFacts } from "./model-facts";
import { pullModel } from "./pull-model";
import { resolveSettings, type OllamaSettings } from "./settings";

/** An LMM served by Ollama. */
export type OllamaLmm = ServedLmm;

/** Opens no connection yet. Throws `BAD_CONFIG` for a host or key that is none. */
export function createOllama(given: OllamaSettings): OllamaLmm {
  return serveLmm(ollamaEngine(given));
}

/** How Ollama is spoken to. Throws `BAD_CONFIG` for a host or key that is none. */
export function ollamaEngine(given: OllamaSettings): Engine {
  const settings = resolveSettings(given);
  const server = createCalls(settings);
  return {
    settings,
    context: server.calls.context,
    nameFailure: toCallFailure,
    learn: (known, signal) => readFacts(server, known, signal),
    load: async (signal, onLoading) => {
      // With nothing kept, a call without messages would unload the model.
      if (keepsNothing(settings.keepAlive)) return;
      // Only for the status: a proxy may forbid this question, and the load goes on all the same.
      const loaded = await isLoaded(server, signal).catch(() => false);
      signal.throwIfAborted();
      if (!loaded) onLoading();
      await loadModel(server, signal);
    },
    staysLoaded: false,
    chat: (...call) => chat(server, ...call),
    contextTokens: () => settings.numCtx,
    describe: async (signal) => {
      const { version } = await quick(server, signal, (client) => client.version());
      return { name: "Ollama", version };
    },
    listModels: (signal) => listModels(server, signal),
    findModel: async (signal) => {
      const models = await listModels(server, signal);
      const found = models.find(({ name }) => isSameModel(name, settings.model));
      if (found) return found;
      throw new TlacError("LMM_MODEL_MISSING", "lmm.model-missing", server.calls.context.params);
    },
    pull: (signal, onProgress) => pullModel(server, settings.model, signal, onProgress),
    close: () => server.close(),
  };
}

function keepsNothing(keepAlive: string | number): boolean {
  return keepAlive === 0 || keepAlive === "0" || /^0+[a-z]+$/.test(String(keepAlive));
}
