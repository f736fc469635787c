import { isRecord } from "../../basics/is-record";
import { quick, type OpenAiCalls } from "./calls";

/** One model as `/v1/models` tells it. */
export interface ModelCard {
  readonly id: string;
  /** Others that the server takes for it. */
  readonly aliases: readonly string[];
  /** The server's kind, where it says so: "llamacpp", "vllm", "sglang", "library" (Ollama). */
  readonly owner: string;
  /** Whether it sees; null: not told. */
  readonly vision: boolean | null;
  readonly contextTokens?: number;
  readonly sizeBytes?: number;
  /** What changes with the model and with nothing else. */
  readonly traits: readonly unknown[];
  /** A llama-server that keeps several models and loads the one that is asked for. */
  readonly routed: boolean;
}

/** More than a dialog's list can show. */
const MAX_CARDS = 200;

/** The models of the server; none where the answer is no list. Throws `CallFailure`. */
export async function listCards(server: OpenAiCalls, signal: AbortSignal): Promise<ModelCard[]> {
  return readCards(await quick(server, signal, (client) => client.get("models")));
}

/** Whatever is no list of models is an empty one. */
export function readCards(told: unknown): ModelCard[] {
  if (!isRecord(told)) return [];
  // Only llama-server tells abilities, in a second list of the same models.
  const abilities = new Map(
    listOf(told.models).map((entry) => [entry.model ?? entry.name, entry.capabilities]),
  );
  return listOf(told.data)
    .slice(0, MAX_CARDS)
    .flatMap((entry) => {
      const { id, meta, root, parent, max_model_len: longest } = entry;
      if (typeof id !== "string" || id === "") return [];
      const facts = isRecord(meta) ? meta : {};
      const { n_ctx: context, size, ...lasting } = facts;
      const owner = typeof entry.owned_by === "string" ? entry.owned_by : "";
      const able = abilities.get(id);
      const tokens = typeof longest === "number" ? longest : context;
      const created = owner === "library" ? entry.created : null;
      return {
        id,
        aliases: Array.isArray(entry.aliases) ? (entry.aliases as unknown[]).filter(isText) : [],
        owner,
        vision: Array.isArray(able) ? able.includes("multimodal") : null,
        ...(typeof tokens === "number" ? { contextTokens: tokens } : {}),
        ...(typeof size === "number" ? { sizeBytes: size } : {}),
        traits: [root ?? id, parent ?? null, size ?? null, lasting, created],
        routed: isRecord(entry.status),
      };
    });
}

/**
 * The card of a model: by its name, one of its other names, or as the only one of a llama-server,
 * which takes any name for the model that it has.
 */
export function findCard(cards: readonly ModelCard[], model: string): ModelCard | undefined {
  const named = cards.find(
    ({ id, aliases }) => isSameModel(id, model) || aliases.some((each) => isSameModel(each, model)),
  );
  const [only] = cards;
  const takesAny = cards.length === 1 && only?.owner === "llamacpp" && !only.routed;
  return named ?? (takesAny ? only : undefined);
}

/** Ollama leaves `:latest` out, in its list or in a request. */
function isSameModel(a: string, b: string): boolean {
  const bare = (name: string): string => name.trim().replace(/:latest$/, "");
  return bare(a) === bare(b);
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isRecord) : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
