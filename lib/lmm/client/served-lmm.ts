import { createSharedEnder } from "../../async/shared-ender";
import { TlacError } from "../../errors";
import type { AskOptions, Lmm, Question, Reply } from "../lmm";
import { Attempts, closed } from "./attempts";
import { CallCount, type HostCounts } from "./call-count";
import type { Engine } from "./engine";
import { lookAtPhotos } from "./look";
import { Questions } from "./questions";
import { Readiness, type ServerFacts } from "./readiness";
import { StateBoard, type ServerState } from "./server-state";

/** One host that answers, and what it has done. */
export interface HostView extends HostCounts {
  readonly host: string;
  readonly state: ServerState;
  /** Why it gets no questions. */
  readonly error?: TlacError;
}

/** An LMM that a server runs. */
export interface ServedLmm extends Lmm {
  readonly ask: (question: Question, options?: AskOptions) => Promise<Reply>;
  readonly state: ServerState;
  readonly hosts: readonly HostView[];
  /** Hosts that take questions now, at least 1. */
  readonly capacity: number;
  /** Calls back on each change; returns the function that ends it. */
  onState(listener: (state: ServerState) => void): () => void;
  /** Loads the model and shows it the canary; what a first message would wait for. */
  warmUp(signal?: AbortSignal): Promise<void>;
  /** Ends every request; whoever waits gets `CLOSED`. */
  close(): Promise<void>;
}

/** Role names and marks around a message, and the system text that some models bring along. */
const CHAT_TEMPLATE_TOKENS = 100;

/** Opens no connection yet. */
export function serveLmm(engine: Engine): ServedLmm {
  const { settings, context, nameFailure } = engine;
  const { model, pace, deadlines, canary, prompt, answer } = settings;
  const state = new StateBoard();
  const ender = createSharedEnder();
  const life = ender.signal;
  const steps = {
    learn: engine.learn.bind(engine),
    ...(engine.awaitServer ? { awaitServer: engine.awaitServer.bind(engine) } : {}),
    load: engine.load.bind(engine),
    staysLoaded: engine.staysLoaded,
    look: (facts: ServerFacts, signal: AbortSignal) => lookAtPhotos(engine, facts, signal),
  };
  const readiness = new Readiness(steps, {
    ...{ model, context, deadlines, pace, canary, state, life },
  });
  const attempts = new Attempts({
    ...{ readiness, state, context, pace, life, nameFailure },
    totalMs: deadlines.totalMs,
    imageSide: settings.imageSide,
  });
  const questions = new Questions({ attempts, context, model, prompt, answer, engine });
  const withModel = async <T>(work: () => Promise<T>): Promise<T> => {
    if (model !== "") return work();
    throw new TlacError("BAD_CONFIG", "lmm.no-model", context.params);
  };
  const count = new CallCount();
  const { host } = context.params;
  return {
    get state() {
      return state.current;
    },
    get hosts() {
      return [{ host, state: state.current, ...count.read() }];
    },
    capacity: 1,
    onState: (listener) => state.listen(listener),
    propose: (...args) => withModel(() => count.of(() => questions.propose(...args))),
    ask: (...args) => withModel(() => count.of(() => questions.ask(...args))),
    get identity() {
      return readiness.identity;
    },
    // What the context leaves beside the answer and the chat template around a question.
    get questionTokens() {
      const tokens = engine.contextTokens(readiness.known);
      return tokens === undefined ? undefined : tokens - settings.numPredict - CHAT_TEMPLATE_TOKENS;
    },
    // Not bounded as a message is: each step of the preparation has a time of its own.
    warmUp: (signal) =>
      withModel(() => attempts.run(() => Promise.resolve(), { signal, totalMs: Infinity })),
    close: async () => {
      ender.abort(closed());
      state.clear();
      await engine.close();
    },
  };
}
