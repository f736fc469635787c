import { createSharedEnder } from "../../async/shared-ender";
import { TlacError } from "../../errors";
import { Attempts, closed } from "../client/attempts";
import { Questions } from "../client/questions";
import { Readiness, type ReadinessSteps } from "../client/readiness";
import { StateBoard, type ServerState } from "../client/server-state";
import type { AskOptions, Lmm, Question, Reply } from "../lmm";
import { createCalls, type OllamaCalls } from "./calls";
import { chat } from "./chat";
import { toCallFailure } from "./failure";
import { loadModel } from "./load-model";
import { lookAtPhotos } from "./look";
import { isLoaded, readFacts, type ModelFacts } from "./model-facts";
import { resolveSettings, type OllamaSettings } from "./settings";

/** An LMM served by Ollama. */
export interface OllamaLmm extends Lmm {
  readonly ask: (question: Question, options?: AskOptions) => Promise<Reply>;
  readonly state: ServerState;
  /** Calls back on each change; returns the function that ends it. */
  onState(listener: (state: ServerState) => void): () => void;
  /** Loads the model and shows it the canary; what a first message would wait for. */
  warmUp(signal?: AbortSignal): Promise<void>;
  /** Ends every request; whoever waits gets `CLOSED`. */
  close(): Promise<void>;
}

/** Role names and marks around a message, and the system text that some models bring along. */
const CHAT_TEMPLATE_TOKENS = 100;

/** Opens no connection yet. Throws `BAD_CONFIG` for a host or key that is none. */
export function createOllama(given: OllamaSettings): OllamaLmm {
  const settings = resolveSettings(given);
  const { model, pace, deadlines, canary, prompt, answer } = settings;
  const server = createCalls(settings);
  const { context } = server.calls;
  const state = new StateBoard();
  const ender = createSharedEnder();
  const life = ender.signal;
  const readiness = new Readiness(stepsOf(server), {
    ...{ model, context, deadlines, pace, canary, state, life },
  });
  const attempts = new Attempts({
    ...{ readiness, state, context, pace, life },
    nameFailure: toCallFailure,
    totalMs: deadlines.totalMs,
  });
  const questions = new Questions<ModelFacts>({
    ...{ attempts, context, model, prompt, answer },
    chat: (...call) => chat(server, ...call),
  });
  const withModel = async <T>(work: () => Promise<T>): Promise<T> => {
    if (model !== "") return work();
    throw new TlacError("BAD_CONFIG", "lmm.no-model", context.params);
  };
  return {
    get state() {
      return state.current;
    },
    onState: (listener) => state.listen(listener),
    propose: (...args) => withModel(() => questions.propose(...args)),
    ask: (...args) => withModel(() => questions.ask(...args)),
    // What `num_ctx` leaves beside the answer and the chat template around a question.
    questionTokens: settings.numCtx - settings.numPredict - CHAT_TEMPLATE_TOKENS,
    // Not bounded as a message is: each step of the preparation has a time of its own.
    warmUp: (signal) =>
      withModel(() => attempts.run(() => Promise.resolve(), { signal, totalMs: Infinity })),
    close: async () => {
      ender.abort(closed());
      state.clear();
      await server.close();
    },
  };
}

/** How an Ollama is made ready. */
function stepsOf(server: OllamaCalls): ReadinessSteps<ModelFacts> {
  return {
    learn: (known, signal) => readFacts(server, known, signal),
    load: async (signal, onLoading) => {
      // With nothing kept, a call without messages would unload the model.
      if (keepsNothing(server.settings.keepAlive)) return;
      // Only for the status: a proxy may forbid this question, and the load goes on all the same.
      const loaded = await isLoaded(server, signal).catch(() => false);
      signal.throwIfAborted();
      if (!loaded) onLoading();
      await loadModel(server, signal);
    },
    look: (facts, signal) => lookAtPhotos(server, facts, signal),
  };
}

function keepsNothing(keepAlive: string | number): boolean {
  return keepAlive === 0 || keepAlive === "0" || /^0+[a-z]+$/.test(String(keepAlive));
}
