import { isRecord } from "../../basics/is-record";
import { unlessHidden } from "../client/unless-hidden";
import { quick, type OpenAiCalls } from "./calls";
import type { ModelCard } from "./cards";

/** Which server answers, as far as it can be told. */
export interface ServerKind {
  /** Such as "vLLM"; empty: not told. */
  readonly name: string;
  readonly version: string;
  /** Names of models that see, and that do not, where the server tells it beside the list. */
  readonly sight: ReadonlyMap<string, boolean>;
}

const NOTHING: ServerKind = { name: "", version: "", sight: new Map() };

/** Asks what only one kind of server answers, each as far as it can be one. */
export async function learnKind(
  server: OpenAiCalls,
  cards: readonly ModelCard[],
  signal: AbortSignal,
): Promise<ServerKind> {
  const get = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
    const told = await unlessHidden(
      quick(server, signal, (client) => client.get(path)),
      signal,
    );
    return isRecord(told) ? told : {};
  };
  const version = async (path: string): Promise<string> => text((await get(path)).version);
  const owner = cards[0]?.owner ?? "";
  switch (owner) {
    case "llamacpp": {
      const { build_info: build, modalities } = await get("/props");
      const vision = isRecord(modalities) ? modalities.vision : undefined;
      const sees = typeof vision === "boolean" && cards.length === 1 ? cards : [];
      const sight = new Map(sees.map(({ id }) => [id, vision === true]));
      return { name: "llama.cpp", version: text(build), sight };
    }
    case "vllm":
      return { ...NOTHING, name: "vLLM", version: await version("/version") };
    case "sglang":
      return { ...NOTHING, name: "SGLang", version: text((await get("/get_server_info")).version) };
    case "library": {
      const shown = await askOllama(server, cards, signal);
      return { name: "Ollama", version: await version("/api/version"), sight: shown };
    }
    default: {
      const models = readStudio(await get("/api/v1/models"));
      return models ? { ...NOTHING, name: "LM Studio", sight: models } : NOTHING;
    }
  }
}

/** Ollama tells by its own API what its models can do. */
async function askOllama(
  server: OpenAiCalls,
  cards: readonly ModelCard[],
  signal: AbortSignal,
): Promise<Map<string, boolean>> {
  const sight = new Map<string, boolean>();
  for (const { id } of cards) {
    const told = await unlessHidden(
      quick(server, signal, (client) => client.post("/api/show", { model: id })),
      signal,
    );
    const able: unknown = isRecord(told) ? told.capabilities : undefined;
    if (Array.isArray(able)) sight.set(id, able.includes("vision"));
  }
  return sight;
}

/** Null where the answer is not LM Studio's. */
function readStudio({ models }: Readonly<Record<string, unknown>>): Map<string, boolean> | null {
  if (!Array.isArray(models)) return null;
  const sight = new Map<string, boolean>();
  for (const model of models as unknown[]) {
    if (!isRecord(model) || !isRecord(model.capabilities)) continue;
    const { key, id, capabilities } = model;
    sight.set(text(key) || text(id), capabilities.vision === true);
  }
  return sight.size > 0 ? sight : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
