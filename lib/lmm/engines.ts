import { withDialog, type ServerDialog } from "./client/dialog";
import type { Engine } from "./client/engine";
import { serveLmm, type ServedLmm } from "./client/served-lmm";
import type { EngineKind } from "./engine-kinds";
import { resolveHost } from "./ollama/host";
import { ollamaEngine } from "./ollama/ollama";
import type { OllamaSettings } from "./ollama/settings";
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

/** Opens no connection yet. Throws `BAD_CONFIG` for a host or key that is none. */
function openEngine(settings: EngineSettings): Engine {
  return settings.engine === "ollama" ? ollamaEngine(settings) : openAiEngine(settings);
}

/** The LMM of a server. Opens no connection yet. Throws `BAD_CONFIG` for a host or key that is none. */
export function createLmm(settings: EngineSettings): ServedLmm {
  return serveLmm(openEngine(settings));
}

/** Lends a dialog's client for the time of the work. Throws `BAD_CONFIG` for a host that is none. */
export async function withServerDialog<T>(
  settings: EngineSettings,
  signal: AbortSignal,
  work: (dialog: ServerDialog) => Promise<T>,
): Promise<T> {
  return withDialog(openEngine(settings), signal, work);
}
