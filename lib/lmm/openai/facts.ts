import { createHash } from "node:crypto";

import { TlacError } from "../../errors";
import { sortModels, type ListedModel } from "../client/engine";
import { noVision } from "../client/failure";
import type { ServerFacts } from "../client/readiness";
import { unlessHidden } from "../client/unless-hidden";
import type { OpenAiCalls } from "./calls";
import { findCard, listCards, type ModelCard } from "./cards";
import { learnKind } from "./server-kind";

/**
 * Asks which model the server has and what it can do; of a model that is the same as before
 * nothing more than the list. What is hidden or not told is left open, and the call that follows
 * shows. Throws `CallFailure`, `LMM_MODEL_MISSING` and `LMM_NO_VISION`.
 */
export async function readFacts(
  server: OpenAiCalls,
  known: ServerFacts | undefined,
  signal: AbortSignal,
): Promise<ServerFacts> {
  const cards = (await unlessHidden(listCards(server, signal), signal)) ?? [];
  const card = findCard(cards, server.settings.model);
  // A router may serve more than it lists, and says so by a pattern.
  const isOpen = cards.length === 0 || cards.some(({ id }) => id.includes("*"));
  if (!card && !isOpen) throw notServed(server, cards);
  const digest = card && fingerprint(card);
  if (known && digest !== undefined && digest === known.digest) return known;
  const { name, version, sight } = await learnKind(server, card ? [card] : [], signal);
  const vision = card?.vision ?? (card && sight.get(card.id)) ?? null;
  if (vision === false) throw noVision(server.calls.context);
  return {
    ...(name ? { server: name } : {}),
    ...(version ? { version } : {}),
    ...(digest === undefined ? {} : { digest }),
    ...(card?.contextTokens === undefined ? {} : { contextTokens: card.contextTokens }),
    // Whether it thinks shows only when it does.
    thinking: false,
    logprobs: true,
    // Whether it has no place for one shows when it refuses it, or by what its photos show.
    system: true,
  };
}

/** Models that the sentence about a missing one names. */
const SHOWN_MODELS = 5;

function notServed({ calls }: OpenAiCalls, cards: readonly ModelCard[]): TlacError {
  const shown = cards.slice(0, SHOWN_MODELS).map(({ id }) => id);
  const detail = shown.join(", ") || "–";
  return new TlacError("LMM_MODEL_MISSING", "lmm.model-not-served", {
    ...calls.context.params,
    detail,
  });
}

/** These servers tell no digest: one of what they tell of the model stands in. */
function fingerprint({ traits }: ModelCard): string {
  return createHash("sha256").update(JSON.stringify(traits)).digest("hex");
}

/** All models, those that see first. Throws `CallFailure`. */
export async function listModels(server: OpenAiCalls, signal: AbortSignal): Promise<ListedModel[]> {
  return sortModels(await describeCards(server, await listCards(server, signal), signal));
}

/** The model of the settings. Throws `CallFailure` and `LMM_MODEL_MISSING`. */
export async function findModel(server: OpenAiCalls, signal: AbortSignal): Promise<ListedModel> {
  const cards = await listCards(server, signal);
  const card = findCard(cards, server.settings.model);
  const [found] = await describeCards(server, card ? [card] : [], signal);
  if (found) return found;
  throw notServed(server, cards);
}

async function describeCards(
  server: OpenAiCalls,
  cards: readonly ModelCard[],
  signal: AbortSignal,
): Promise<ListedModel[]> {
  const { sight } = await learnKind(server, cards, signal);
  return cards.map(({ id, vision, sizeBytes }) => ({
    name: id,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    parameterSize: "",
    quantization: "",
    vision: vision ?? sight.get(id) ?? null,
  }));
}
