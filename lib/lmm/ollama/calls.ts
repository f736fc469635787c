import { Ollama } from "ollama";

import { Calls } from "../client/calls";
import { Transport } from "../client/transport";
import { toCallFailure } from "./failure";
import type { ResolvedSettings } from "./settings";

/** Single calls to one Ollama, and the settings that say how. */
export interface OllamaCalls {
  readonly settings: ResolvedSettings;
  readonly calls: Calls<Ollama>;
  /** Ends every request that is under way. */
  readonly close: () => Promise<void>;
}

/** Opens no connection yet. */
export function createCalls(settings: ResolvedSettings): OllamaCalls {
  const { address, headers, deadlines, model, numCtx, caFile, secrets } = settings;
  const { connectMs } = deadlines;
  const transport = new Transport({ connectMs, caFile, secrets });
  const context = { params: { server: "Ollama", host: address.url, model, numCtx }, secrets };
  const calls = new Calls(
    context,
    async (options) =>
      new Ollama({
        host: address.url,
        headers: { ...headers },
        fetch: await transport.open(options),
      }),
    toCallFailure,
  );
  return { settings, calls, close: () => transport.close() };
}
