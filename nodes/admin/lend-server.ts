import { createOllama, type OllamaLmm } from "../../lib/lmm/ollama/ollama";
import type { OllamaSettings } from "../../lib/lmm/ollama/settings";

/** A client of its own: what a dialog tries must not disturb the flow's breaker and memory. */
export async function withServer<T>(
  settings: OllamaSettings,
  work: (server: OllamaLmm) => Promise<T>,
): Promise<T> {
  const server = createOllama(settings);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}
