import { withDeadline } from "../../async/waits";
import { TlacError } from "../../errors";
import { closed } from "../client/attempts";
import { timeout } from "../client/calls";
import { blindness, canaryPasses, type CanaryAnswer } from "../client/canary";
import { MAX_LOAD_DEADLINES } from "../client/limits";
import { toIdentity } from "../client/readiness";
import type { LmmIdentity } from "../lmm";
import { createCalls } from "./calls";
import { toCallFailure } from "./failure";
import { listModels, type ListedModel } from "./list-models";
import { loadModel } from "./load-model";
import { lookAtPhotos } from "./look";
import { quick, readFacts } from "./model-facts";
import { pullModel, type PullProgress } from "./pull-model";
import { resolveSettings, type OllamaSettings } from "./settings";

/** What the check tells when all is well. */
export interface VisionCheck {
  readonly model: LmmIdentity;
  /** What was said about the canary photos. */
  readonly answers: readonly CanaryAnswer[];
}

/**
 * What a person in front of a dialog asks of a server: each question once, without retry and
 * pause, its failure as it is. All of it ends with the caller's signal (`CLOSED`).
 */
export interface OllamaDialog {
  version(): Promise<string>;
  /** All models, those that see first. */
  listModels(): Promise<ListedModel[]>;
  /** Has the server fetch the model of the settings. */
  pull(onProgress?: (progress: PullProgress) => void): Promise<void>;
  /** Loads the model and shows it the canary. Throws `LMM_NO_VISION`, `LMM_BLIND`. */
  checkVision(): Promise<VisionCheck>;
}

/** Lends such a client for the time of the work. Throws `BAD_CONFIG` for a host that is none. */
export async function withOllamaDialog<T>(
  given: OllamaSettings,
  signal: AbortSignal,
  work: (dialog: OllamaDialog) => Promise<T>,
): Promise<T> {
  const settings = resolveSettings(given);
  const server = createCalls(settings);
  const { context } = server.calls;
  const { deadlines, model } = settings;
  const once = async <R>(call: () => Promise<R>): Promise<R> => {
    try {
      signal.throwIfAborted();
      return await call();
    } catch (thrown) {
      throw signal.aborted ? closed() : toCallFailure(thrown, context).error;
    }
  };
  const check = async (): Promise<VisionCheck> => {
    const facts = await readFacts(server, undefined, signal);
    const loadMs = deadlines.loadMs * MAX_LOAD_DEADLINES;
    const stalled = (): TlacError => timeout(context, "lmm.load-stalled", loadMs);
    await withDeadline({ ms: loadMs, late: stalled, signals: [signal] }, (ended) =>
      loadModel(server, ended),
    );
    const ms = deadlines.totalMs;
    const late = (): TlacError => timeout(context, "lmm.timeout-canary", ms);
    const answers = await withDeadline({ ms, late, signals: [signal] }, (ended) =>
      lookAtPhotos(server, facts, ended),
    );
    if (!canaryPasses(answers)) throw blindness(context, facts.version ?? "", answers);
    return { model: toIdentity(model, facts), answers };
  };
  try {
    return await work({
      version: () =>
        once(async () => (await quick(server, signal, (client) => client.version())).version),
      listModels: () => once(() => listModels(server, signal)),
      pull: (onProgress) =>
        once(() => {
          if (model === "") throw new TlacError("BAD_CONFIG", "lmm.no-model", context.params);
          return pullModel(server, model, signal, onProgress);
        }),
      checkVision: () => once(check),
    });
  } finally {
    await server.close();
  }
}
