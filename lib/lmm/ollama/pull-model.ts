import { linkSignals } from "../../async/link-signals";
import { TlacError } from "../../errors";
import { timeout } from "../client/calls";
import type { PullProgress } from "../client/engine";
import { CallFailure } from "../client/failure";
import type { OllamaCalls } from "./calls";

/** A line every 60 ms over hours, some 150 bytes each. */
const MAX_PULL_BYTES = 200_000_000;

/**
 * Has the server fetch a model. Resolves only on its word of success. A pull that is cancelled,
 * fails or falls silent goes on where it stopped, the next time. Throws `CallFailure`, `TlacError`
 * and the signal's reason.
 */
export async function pullModel(
  { calls, settings }: OllamaCalls,
  model: string,
  signal: AbortSignal,
  onProgress?: (progress: PullProgress) => void,
): Promise<void> {
  const layers = new Map<string, { completed: number; total: number }>();
  const { pullMs } = settings.pace;
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(timeout(calls.context, "lmm.pull-stalled", pullMs));
  }, pullMs);
  const ended = linkSignals(signal, silence.signal);
  try {
    await calls.run({ signal: ended.signal, maxBytes: MAX_PULL_BYTES }, async (client) => {
      for await (const part of await client.pull({ model, stream: true })) {
        timer.refresh();
        if (part.digest) {
          // The server leaves a 0 out.
          const { completed, total } = part as Partial<typeof part>;
          layers.set(part.digest, { completed: completed ?? 0, total: total ?? 0 });
        }
        const parts = [...layers.values()];
        onProgress?.({
          status: part.status,
          completedBytes: parts.reduce((sum, { completed }) => sum + completed, 0),
          totalBytes: parts.reduce((sum, { total }) => sum + total, 0),
        });
      }
    });
  } catch (thrown) {
    throw toPullFailure(thrown, model);
  } finally {
    clearTimeout(timer);
    ended.release();
  }
}

/** How Go words a host that cannot be found or reached. */
const NO_WAY_OUT = /no such host|dial tcp|i\/o timeout|network is unreachable|server misbehaving/i;

/** A pull that names no model, or cannot reach the registry, needs another hint than a chat. */
function toPullFailure(thrown: unknown, model: string): unknown {
  if (!(thrown instanceof CallFailure) || !thrown.answered) return thrown;
  const { params, code } = thrown.error;
  const detail = typeof params.detail === "string" ? params.detail : thrown.error.message;
  const missing = code === "LMM_MODEL_MISSING" || /file does not exist|not found/i.test(detail);
  const [errorCode, key] = missing
    ? (["LMM_MODEL_MISSING", "lmm.pull-unknown"] as const)
    : NO_WAY_OUT.test(detail)
      ? (["LMM_UNREACHABLE", "lmm.pull-offline"] as const)
      : (["LMM_UNREACHABLE", "lmm.pull-failed"] as const);
  const error = new TlacError(errorCode, key, { ...params, model, detail }, { cause: thrown });
  return new CallFailure(error, "never", true);
}
