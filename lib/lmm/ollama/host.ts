import { readAddress, type HostAddress } from "../client/address";

const OLLAMA_PORT = "11434";

/** Where Ollama is. Empty: `OLLAMA_HOST`, else this machine. Throws `BAD_CONFIG`. */
export function resolveHost(
  host: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): HostAddress {
  const given = host?.trim() ?? "";
  return readAddress(given === "" ? (env.OLLAMA_HOST ?? "") : given, OLLAMA_PORT);
}
