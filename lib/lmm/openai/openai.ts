import type { Engine } from "../client/engine";
import { awaitServer, writeOneToken } from "./await-model";
import { createCalls } from "./calls";
import { listCards } from "./cards";
import { chat } from "./chat";
import { toCallFailure } from "./failure";
import { findModel, listModels, readFacts } from "./facts";
import { Quirks } from "./quirks";
import { learnKind } from "./server-kind";
import { resolveSettings, type OpenAiSettings } from "./settings";

/**
 * How a server is spoken to that has OpenAI's `/v1/chat/completions`: llama-server, vLLM, SGLang,
 * LM Studio, LocalAI, a LiteLLM proxy. Throws `BAD_CONFIG` for a host or key that is none.
 */
export function openAiEngine(given: OpenAiSettings): Engine {
  const settings = resolveSettings(given);
  const server = createCalls(settings);
  const quirks = new Quirks();
  return {
    settings,
    context: server.calls.context,
    nameFailure: toCallFailure,
    learn: (known, signal) => readFacts(server, known, signal),
    awaitServer: (...call) => awaitServer(server, ...call),
    load: (...call) => writeOneToken(server, ...call),
    staysLoaded: true,
    chat: (...call) => chat(server, quirks, ...call),
    contextTokens: (facts) => facts?.contextTokens,
    describe: async (signal) => {
      const cards = await listCards(server, signal);
      const { name, version } = await learnKind(server, cards.slice(0, 1), signal);
      return { name, version };
    },
    listModels: (signal) => listModels(server, signal),
    findModel: (signal) => findModel(server, signal),
    close: () => server.close(),
  };
}
