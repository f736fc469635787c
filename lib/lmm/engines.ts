import { withDialog, type ServerDialog } from "./client/dialog";
import type { Engine } from "./client/engine";
import { PACE } from "./client/limits";
import { serveLmm, type ServedLmm } from "./client/served-lmm";
import type { EngineKind } from "./engine-kinds";
import { resolveHost } from "./ollama/host";
import { ollamaEngine } from "./ollama/ollama";
import type { OllamaSettings } from "./ollama/settings";
import { Pool } from "./pool/pool";
import { splitHosts } from "./pool/split-hosts";
import { openAiEngine } from "./openai/openai";
import { resolveBase, type OpenAiSettings } from "./openai/settings";

/** A server of either kind. */
export type EngineSettings =
  | ({ readonly engine: "ollama" } & OllamaSettings)
  | ({ readonly engine: "openai" } & OpenAiSettings);

/** The address that a host stands for. Throws `BAD_CONFIG` for one that is none. */
export function locate(engine: EngineKind, host = ""): string {
  return engine === "ollama" ? resolveHost(host).url : resolveBase(host).base;
}

/** The same settings for each of the hosts that they name, once. Throws `BAD_CONFIG`. */
export function eachHost(settings: EngineSettings): readonly [EngineSettings, ...EngineSettings[]] {
  const byAddress = new Map<string, EngineSettings>();
  for (const host of splitHosts(settings.host)) {
    byAddress.set(locate(settings.engine, host), { ...settings, host });
  }
  const [first = settings, ...others] = byAddress.values();
  return [first, ...others];
}

/** Opens no connection yet. Throws `BAD_CONFIG` for a host or key that is none. */
function openEngine(settings: EngineSettings): Engine {
  return settings.engine === "ollama" ? ollamaEngine(settings) : openAiEngine(settings);
}

/**
 * The LMM of a server, or of several hosts as one. Opens no connection yet. Throws `BAD_CONFIG` for
 * a host or key that is none.
 */
export function createLmm(settings: EngineSettings): ServedLmm {
  const hosts = eachHost(settings);
  if (hosts.length === 1) return serveLmm(openEngine(hosts[0]));
  const pace = { ...PACE, ...settings.pace };
  // What a host cannot do at once another can, and the pool says when it is left alone.
  const own = { ...pace, retryMs: [], breakerThreshold: Infinity };
  const engines = hosts.map((each) => openEngine({ ...each, pace: own }));
  const [{ context, settings: resolved }] = engines as [Engine, ...Engine[]];
  return new Pool(engines.map(serveLmm), {
    context,
    totalMs: resolved.deadlines.totalMs,
    retryMs: pace.retryMs[0] ?? 0,
    probeMs: pace.breakerMs,
  });
}

/** Lends a dialog's client for the time of the work. Throws `BAD_CONFIG` for a host that is none. */
export async function withServerDialog<T>(
  settings: EngineSettings,
  signal: AbortSignal,
  work: (dialog: ServerDialog) => Promise<T>,
): Promise<T> {
  return withDialog(openEngine(settings), signal, work);
}
