import {
  resolveServerSettings,
  type ResolvedServerSettings,
  type ServerSettings,
} from "../client/server-settings";
import { resolveHost } from "./host";

/** How an Ollama server is spoken to; an empty host is `OLLAMA_HOST`, else this machine. */
export interface OllamaSettings extends ServerSettings {
  /** Go duration ("10m") or seconds; negative: for ever, 0: unload after each call. */
  readonly keepAlive?: string | number;
  readonly numCtx?: number;
}

export interface ResolvedSettings extends ResolvedServerSettings {
  readonly keepAlive: string | number;
  readonly numCtx: number;
}

/** Fills in the defaults. Throws `BAD_CONFIG` for a host that is none, or a key that cannot be sent. */
export function resolveSettings(settings: OllamaSettings): ResolvedSettings {
  return {
    ...resolveServerSettings(settings, resolveHost(settings.host)),
    keepAlive: settings.keepAlive ?? "30m",
    // One image of LLaVA 1.6 alone is up to 2,880 tokens.
    numCtx: settings.numCtx ?? 4_096,
  };
}
