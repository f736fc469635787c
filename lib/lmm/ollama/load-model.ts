import { linkSignals } from "../../async/link-signals";
import { pause } from "../../async/waits";
import { timeout } from "../client/calls";
import type { OllamaCalls } from "./calls";
import { toOptions } from "./chat";
import { isLoaded } from "./model-facts";

/**
 * Has the server load the model, with the options that every call uses, and waits as long as
 * that takes: whoever hangs up on a loading server stops the load. It is given up only when the
 * server shows no sign of it for `loadMs`. Ollama itself ends a load that stalls.
 */
export async function loadModel(server: OllamaCalls, signal: AbortSignal): Promise<void> {
  const { calls, settings } = server;
  const { model, keepAlive } = settings;
  const over = new AbortController();
  const { signal: ended, release } = linkSignals(signal, over.signal);
  const watch = watchLoad(server, ended, (error) => {
    over.abort(error);
  });
  try {
    await calls.run({ signal: ended }, async (client) => {
      const request = {
        model,
        messages: [],
        stream: true as const,
        keep_alive: keepAlive,
        options: toOptions(settings, 0),
      };
      for await (const part of await client.chat(request)) {
        if (part.done) return;
      }
    });
  } finally {
    over.abort();
    await watch;
    release();
  }
}

async function watchLoad(
  server: OllamaCalls,
  ended: AbortSignal,
  giveUp: (error: Error) => void,
): Promise<void> {
  const { pace, deadlines } = server.settings;
  let lastSign = performance.now();
  while (!ended.aborted) {
    try {
      await pause(Math.min(pace.loadPollMs, deadlines.loadMs), ended);
      if (await isLoaded(server, ended)) lastSign = performance.now();
    } catch {
      // Ended, or no sign: the time since the last one decides.
    }
    const silent = performance.now() - lastSign;
    if (silent >= deadlines.loadMs)
      giveUp(timeout(server.calls.context, "lmm.load-stalled", silent));
  }
}
