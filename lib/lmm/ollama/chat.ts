import type { ChatRequest, Logprob, Options } from "ollama";

import { badAnswer } from "../client/failure";
import type { ChatAnswer, ChatCall } from "../client/questions";
import type { ServerFacts } from "../client/readiness";
import type { LmmTimings } from "../lmm";
import type { OllamaCalls } from "./calls";
import type { ResolvedSettings } from "./settings";

/** Alternatives told for each token. */
const TOP_LOGPROBS = 10;
/** With no chance at all, another seed would give the same answer. */
const RETRY_TEMPERATURE = 0.3;

/**
 * The options of every call to a model, the one that loads it included: a call with another
 * `num_ctx` would load it anew.
 */
export function toOptions(settings: ResolvedSettings, attempt: number): Partial<Options> {
  return {
    temperature: attempt === 0 ? 0 : RETRY_TEMPERATURE,
    seed: settings.seed + attempt,
    num_ctx: settings.numCtx,
    num_predict: settings.numPredict,
  };
}

/** Asks and reads the whole answer. Throws `badAnswer` for one that is empty or cut. */
export async function chat(
  { calls, settings }: OllamaCalls,
  call: ChatCall,
  facts: ServerFacts,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const started = performance.now();
  const request: ChatRequest & { stream: true } = {
    model: settings.model,
    stream: true,
    keep_alive: settings.keepAlive,
    options: {
      ...toOptions(settings, call.attempt),
      ...(call.maxTokens ? { num_predict: call.maxTokens } : {}),
    },
    messages: [
      {
        role: "user",
        content: call.prompt,
        // Never a string, which the client would take for the path of a file.
        ...(call.image ? { images: [new Uint8Array(call.image)] } : {}),
      },
    ],
    ...(call.format ? { format: call.format } : {}),
    ...(facts.thinking ? { think: false } : {}),
    ...(call.logprobs && facts.logprobs ? { logprobs: true, top_logprobs: TOP_LOGPROBS } : {}),
  };
  const limits = { signal, answerMs: settings.deadlines.answerMs };
  return calls.run(limits, async (client) => {
    let content = "";
    let thought = false;
    const tokens: Logprob[] = [];
    for await (const part of await client.chat(request)) {
      const message = part.message as { content?: unknown; thinking?: unknown } | undefined;
      content += text(message?.content);
      thought ||= text(message?.thinking) !== "";
      if (Array.isArray(part.logprobs)) tokens.push(...part.logprobs);
      if (!part.done) continue;
      if (part.done_reason === "length") throw badAnswer("lmm.answer-cut", calls.context, content);
      return { content, thought, tokens, timings: readTimings(part, performance.now() - started) };
    }
    throw badAnswer("lmm.answer-unfinished", calls.context, content);
  });
}

interface Durations {
  readonly total_duration?: number;
  readonly load_duration?: number;
  readonly prompt_eval_duration?: number;
  readonly eval_duration?: number;
}

/** Nanoseconds to milliseconds; a counter that is 0 is absent. What is left over was the queue. */
function readTimings(durations: Durations, total: number): LmmTimings {
  const load = toMs(durations.load_duration);
  const prompt = toMs(durations.prompt_eval_duration);
  const answer = toMs(durations.eval_duration);
  if (durations.total_duration === undefined) return { total };
  const queue = Math.max(0, toMs(durations.total_duration) - load - prompt - answer);
  return { total, queue, load, prompt, answer };
}

function toMs(nanoseconds: number | undefined): number {
  return typeof nanoseconds === "number" ? nanoseconds / 1e6 : 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
