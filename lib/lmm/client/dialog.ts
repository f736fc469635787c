import { withDeadline } from "../../async/waits";
import { TlacError } from "../../errors";
import type { LmmIdentity } from "../lmm";
import { closed } from "./attempts";
import { timeout } from "./calls";
import { blindness, canaryPasses, type CanaryAnswer } from "./canary";
import type { Engine, ListedModel, PullProgress } from "./engine";
import { noVision } from "./failure";
import { MAX_LOAD_DEADLINES } from "./limits";
import { lookAtPhotos } from "./look";
import { toIdentity } from "./readiness";

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
export interface ServerDialog {
  /** What answers, such as "Ollama" and "0.34.2"; the version may be empty. */
  describe(): Promise<{ readonly name: string; readonly version: string }>;
  /** All models, those that see first. */
  listModels(): Promise<ListedModel[]>;
  /** The model of the settings. Throws `LMM_MODEL_MISSING`. */
  findModel(): Promise<ListedModel>;
  /** Which model stands behind its name, without loading it. */
  identify(): Promise<LmmIdentity>;
  /** What a flow is told of a model that takes no images. */
  noVision(): TlacError;
  /** Has the server fetch the model of the settings. Throws `BAD_CONFIG` where it cannot. */
  pull(onProgress?: (progress: PullProgress) => void): Promise<void>;
  /** Loads the model and shows it the canary. Throws `LMM_NO_VISION`, `LMM_BLIND`. */
  checkVision(): Promise<VisionCheck>;
}

/** Lends such a client for the time of the work, and closes the engine. */
export async function withDialog<T>(
  engine: Engine,
  signal: AbortSignal,
  work: (dialog: ServerDialog) => Promise<T>,
): Promise<T> {
  const { context, settings, nameFailure } = engine;
  const { deadlines, model } = settings;
  const once = async <R>(call: () => Promise<R>): Promise<R> => {
    try {
      signal.throwIfAborted();
      return await call();
    } catch (thrown) {
      throw signal.aborted ? closed() : nameFailure(thrown, context).error;
    }
  };
  const withModel = <R>(call: () => Promise<R>): Promise<R> =>
    once(() => {
      if (model !== "") return call();
      throw new TlacError("BAD_CONFIG", "lmm.no-model", context.params);
    });
  const check = async (): Promise<VisionCheck> => {
    const loadMs = deadlines.loadMs * MAX_LOAD_DEADLINES;
    const stalled = (): TlacError => timeout(context, "lmm.load-stalled", loadMs);
    const wait = (step: Engine["load"]): Promise<void> =>
      withDeadline({ ms: loadMs, late: stalled, signals: [signal] }, (ended) =>
        step(ended, () => undefined),
      );
    await wait((...call) => engine.awaitServer?.(...call) ?? Promise.resolve());
    const facts = await engine.learn(undefined, signal);
    await wait((...call) => engine.load(...call));
    const ms = deadlines.totalMs;
    const late = (): TlacError => timeout(context, "lmm.timeout-canary", ms);
    const { answers } = await withDeadline({ ms, late, signals: [signal] }, (ended) =>
      lookAtPhotos(engine, facts, ended),
    );
    if (!canaryPasses(answers)) throw blindness(context, facts.version ?? "", answers);
    return { model: toIdentity(model, facts), answers };
  };
  try {
    return await work({
      describe: () => once(() => engine.describe(signal)),
      listModels: () => once(() => engine.listModels(signal)),
      findModel: () => withModel(() => engine.findModel(signal)),
      identify: () =>
        withModel(async () => toIdentity(model, await engine.learn(undefined, signal))),
      noVision: () => noVision(context),
      pull: (onProgress) =>
        withModel(async () => {
          if (engine.pull) return engine.pull(signal, onProgress);
          throw new TlacError("BAD_CONFIG", "lmm.pull-unsupported", context.params);
        }),
      checkVision: () => withModel(check),
    });
  } finally {
    await engine.close();
  }
}
