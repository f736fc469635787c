import { readAddress } from "../client/address";
import {
  resolveServerSettings,
  type ResolvedServerSettings,
  type ServerSettings,
} from "../client/server-settings";

/**
 * How an OpenAI-compatible server is spoken to. Its host may end in `/v1` or not; empty: this
 * machine, at llama-server's port.
 */
export type OpenAiSettings = ServerSettings;

export interface ResolvedSettings extends ResolvedServerSettings {
  /** What the paths of the API begin with: `http://127.0.0.1:8080/v1`. */
  readonly base: string;
  /** What the server's own paths begin with: the base without its version. */
  readonly root: string;
}

/** Of llama-server and LocalAI. */
const USUAL_PORT = "8080";

/** Where an OpenAI-compatible server is. Throws `BAD_CONFIG`. */
export function resolveBase(
  host: string | undefined,
): Pick<ResolvedSettings, "address" | "base" | "root"> {
  const address = readAddress(host ?? "", USUAL_PORT);
  const { url } = address;
  // "/v1", "/v1beta/openai", "/api/v3": whoever writes a version knows the path.
  const versioned = /^(.*?)\/v\d[^/]*(?:\/.*)?$/.exec(new URL(url).pathname);
  if (!versioned) return { address, base: `${url}/v1`, root: url };
  const [path, prefix = ""] = versioned;
  return { address, base: url, root: url.slice(0, url.length - path.length) + prefix };
}

/** Fills in the defaults. Throws `BAD_CONFIG` for a host that is none, or a key that cannot be sent. */
export function resolveSettings(settings: OpenAiSettings): ResolvedSettings {
  const { address, base, root } = resolveBase(settings.host);
  return { ...resolveServerSettings(settings, address), base, root };
}
