import type { Ollama } from "ollama";

import { isRecord } from "../../basics/is-record";
import { badAnswer, noVision } from "../client/failure";
import { unlessHidden } from "../client/unless-hidden";
import type { ServerFacts } from "../client/readiness";
import type { OllamaCalls } from "./calls";

/** First version that answers to `logprobs`; earlier ones ignore it. */
const LOGPROBS_VERSION = [0, 12, 11];

/**
 * Asks version, digest and abilities; of a server and model that are the same as before only what
 * can change. A proxy may forbid each of these questions: what it hides is left open, and the call
 * that follows shows. Throws `CallFailure`, `LMM_MODEL_MISSING` and `LMM_NO_VISION`.
 */
export async function readFacts(
  server: OllamaCalls,
  known: ServerFacts | undefined,
  signal: AbortSignal,
): Promise<ServerFacts> {
  const { model } = server.settings;
  const ask = async <T extends object>(work: (client: Ollama) => Promise<T>): Promise<Partial<T>> =>
    (await unlessHidden(quick(server, signal, work), signal)) ?? {};
  const told = (await ask((client) => client.version())).version;
  const version = typeof told === "string" ? told : undefined;
  const { models } = await ask((client) => client.list());
  const digest = asList(models).find(({ name }) => isSameModel(name, model))?.digest;
  if (digest !== undefined && digest === known?.digest && version === known.version) return known;
  const shown: Abilities & { readonly template?: unknown } = await ask((client) =>
    client.show({ model }),
  );
  const isHidden = !(shown.capabilities ?? shown.details ?? shown.model_info);
  if (!isHidden && !canSee(shown)) throw noVision(server.calls.context);
  return {
    ...(version === undefined ? {} : { version }),
    ...(digest === undefined ? {} : { digest }),
    // A model that cannot think is not hurt by being told not to.
    thinking: isHidden || isListed(shown.capabilities, "thinking"),
    logprobs: version === undefined || isAtLeast(version, LOGPROBS_VERSION),
    system: hasSystemPart(shown.template),
  };
}

/** Whether the model is in memory, or on its way there. Throws `CallFailure`. */
export async function isLoaded(server: OllamaCalls, signal: AbortSignal): Promise<boolean> {
  const { models } = await quick(server, signal, (client) => client.ps());
  return asList(models).some(({ name }) => isSameModel(name, server.settings.model));
}

/** A short question that needs no model, so a server that is well answers at once. */
export function quick<T>(
  { calls, settings }: OllamaCalls,
  signal: AbortSignal,
  work: (client: Ollama) => Promise<T>,
): Promise<T> {
  const { connectMs } = settings.deadlines;
  return calls.run({ signal, headMs: connectMs, answerMs: connectMs }, async (client) => {
    const answer: unknown = await work(client);
    // An empty body, or a proxy's own JSON.
    if (typeof answer !== "object" || answer === null)
      throw badAnswer("lmm.answer-empty", calls.context);
    return answer as T;
  });
}

/**
 * Whether a Go template has a place for the system message, by itself or among all messages: those
 * it writes whatever their role, or with their role, or it knows this one. One that is hidden, or a
 * model without such a template, is taken to have one.
 */
function hasSystemPart(template: unknown): boolean {
  if (typeof template !== "string" || !/\.(Prompt|Messages)\b/.test(template)) return true;
  if (/\.System\b/.test(template)) return true;
  if (!/\.Messages\b/.test(template)) return false;
  return !/\.Role\b/.test(template) || /["`]system["`]|\{\{-?\s*[$\w]*\.Role\b/.test(template);
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
