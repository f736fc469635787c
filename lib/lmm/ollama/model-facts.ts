import type { Ollama } from "ollama";

import { isRecord } from "../../basics/is-record";
import { TlacError } from "../../errors";
import type { Calls } from "./calls";
import { badAnswer } from "./failure";

/** What a server tells about itself and its model without running it. */
export interface ModelFacts {
  readonly version: string;
  /** Changes whenever the model behind the name does. */
  readonly digest: string | undefined;
  readonly vision: boolean;
  /** It would think aloud before it answers, unless told not to. */
  readonly thinking: boolean;
  /** The server tells token probabilities. */
  readonly logprobs: boolean;
}

/** First version that answers to `logprobs`; earlier ones ignore it. */
const LOGPROBS_VERSION = [0, 12, 11];

/** Asks version, digest and abilities. Throws `CallFailure`, `LMM_MODEL_MISSING` among them. */
export async function readFacts(calls: Calls, signal: AbortSignal): Promise<ModelFacts> {
  const { model } = calls.settings;
  const { version } = await quick(calls, signal, (client) => client.version());
  const { models } = await quick(calls, signal, (client) => client.list());
  const entry = asList(models).find(({ name }) => isSameModel(name, model));
  const shown = await quick(calls, signal, (client) => client.show({ model }));
  return {
    version: version,
    digest: entry?.digest,
    vision: canSee(shown),
    thinking: isListed(shown.capabilities, "thinking"),
    logprobs: isAtLeast(version, LOGPROBS_VERSION),
  };
}

/** Only what can change while the model runs: two short questions. */
export async function readIdentity(
  calls: Calls,
  signal: AbortSignal,
): Promise<Pick<ModelFacts, "version" | "digest">> {
  const { version } = await quick(calls, signal, (client) => client.version());
  const { models } = await quick(calls, signal, (client) => client.list());
  const entry = asList(models).find(({ name }) => isSameModel(name, calls.settings.model));
  return { version: version, digest: entry?.digest };
}

/** Whether the model is in memory, or on its way there. */
export async function isLoaded(calls: Calls, signal: AbortSignal): Promise<boolean> {
  const { models } = await quick(calls, signal, (client) => client.ps());
  return asList(models).some(({ name }) => isSameModel(name, calls.settings.model));
}

/** A short question that needs no model, so a server that is well answers at once. */
export function quick<T>(
  calls: Calls,
  signal: AbortSignal,
  work: (client: Ollama) => Promise<T>,
): Promise<T> {
  const { connectMs } = calls.settings.deadlines;
  return calls.run({ signal, headMs: connectMs, answerMs: connectMs }, async (client) => {
    const answer: unknown = await work(client);
    // An empty body, or a proxy's own JSON.
    if (typeof answer !== "object" || answer === null)
      throw badAnswer("lmm.answer-empty", calls.context);
    return answer as T;
  });
}

/** What `/api/show` and `/api/tags` say of a model's abilities, as far as the version tells. */
export interface Abilities {
  readonly capabilities?: unknown;
  readonly details?: { readonly families?: unknown };
  readonly projector_info?: unknown;
  readonly model_info?: unknown;
}

/** Servers before 2025-04 list no capabilities; there the parts of the model tell. */
export function canSee({ capabilities, details, projector_info, model_info }: Abilities): boolean {
  if (Array.isArray(capabilities)) return isListed(capabilities, "vision");
  if (isRecord(projector_info) && Object.keys(projector_info).length > 0) return true;
  if (isListed(details?.families, "clip") || isListed(details?.families, "mllama")) return true;
  return isRecord(model_info) && Object.keys(model_info).some((key) => /\bvision\./.test(key));
}

/** Names are the same whatever their case, and `:latest` may be left out. */
export function isSameModel(a: string, b: string): boolean {
  return normalise(a) === normalise(b);
}

function normalise(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower.slice(lower.lastIndexOf("/") + 1).includes(":") ? lower : `${lower}:latest`;
}

/** `LMM_NO_VISION` by the model's name. */
export function requireVision(facts: ModelFacts, calls: Calls): void {
  if (facts.vision) return;
  throw new TlacError("LMM_NO_VISION", "lmm.no-vision", {
    ...calls.context,
    detail: { key: "lmm.reason-no-vision" },
  });
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map((part) => Number.parseInt(part, 10));
  for (const [position, minimum] of wanted.entries()) {
    const part = parts[position] ?? 0;
    // A build of one's own ("0.0.0", "dev") tells nothing: an unknown field does no harm.
    if (Number.isNaN(part)) return true;
    if (part !== minimum) return part > minimum;
  }
  return true;
}

interface ListedModel {
  readonly name: string;
  readonly digest?: string;
}

function asList(models: unknown): ListedModel[] {
  if (!Array.isArray(models)) return [];
  return (models as unknown[]).filter(
    (model): model is ListedModel => isRecord(model) && typeof model.name === "string",
  );
}

function isListed(list: unknown, word: string): boolean {
  return Array.isArray(list) && list.includes(word);
}
