import type { ServedLmm } from "../../lib/lmm/client/served-lmm";
import { createLmm, type EngineSettings } from "../../lib/lmm/engines";

/** A client of its own: what a dialog tries must not disturb the flow's breaker and memory. */
export async function withServer<T>(
  settings: EngineSettings,
  work: (server: ServedLmm) => Promise<T>,
): Promise<T> {
  const server = createLmm(settings);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}
