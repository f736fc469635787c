import { pause } from "../../async/waits";
import { timeout } from "../client/calls";
import { CallFailure } from "../client/failure";
import { quick, type OpenAiCalls } from "./calls";

/** Milliseconds after which a first token that does not come is told as a load. */
const QUIET_MS = 1_500;

/**
 * Waits until the server says that its model is loaded. One that says 503 without a word of loading
 * is given `loadMs`. Throws `CallFailure` and `LMM_TIMEOUT`.
 */
export async function awaitServer(
  server: OpenAiCalls,
  signal: AbortSignal,
  onLoading: () => void,
): Promise<void> {
  const { settings, calls } = server;
  const { pace, deadlines } = settings;
  let lastSign = performance.now();
  for (;;) {
    const health = await readHealth(server, signal);
    if (health === "ready") return;
    onLoading();
    if (health === "loading") lastSign = performance.now();
    const silent = performance.now() - lastSign;
    if (silent >= deadlines.loadMs) throw timeout(calls.context, "lmm.load-stalled", silent);
    await pause(Math.min(pace.loadPollMs, deadlines.loadMs), signal);
  }
}

/** A server without such a path is taken for ready: the next call shows. */
async function readHealth(
  server: OpenAiCalls,
  signal: AbortSignal,
): Promise<"ready" | "loading" | "unwell"> {
  try {
    await quick(server, signal, (client) => client.get("/health"));
    return "ready";
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof CallFailure) || !thrown.answered) throw thrown;
    if (thrown.error.code !== "LMM_BUSY") return "ready";
    return /loading|starting/i.test(thrown.error.message) ? "loading" : "unwell";
  }
}

/**
 * Has the model write one token: some servers load on the first question, which takes minutes and
 * is no message's time. Throws `CallFailure`.
 */
export async function writeOneToken(
  { calls, settings }: OpenAiCalls,
  signal: AbortSignal,
  onLoading: () => void,
): Promise<void> {
  const timer = setTimeout(onLoading, QUIET_MS);
  try {
    await calls.run({ signal }, async (client) => {
      const request = {
        model: settings.model,
        messages: [{ role: "user", content: "." }],
        max_tokens: 1,
        temperature: 0,
        seed: settings.seed,
        stream: true,
      };
      const answer = client.stream("chat/completions", request);
      for (let isOver = false; !isOver;) {
        isOver = (await answer.next()).done === true;
        clearTimeout(timer);
      }
    });
  } finally {
    clearTimeout(timer);
  }
}
