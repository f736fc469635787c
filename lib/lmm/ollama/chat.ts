import type { ChatRequest, ChatResponse, Logprob, Message, Options } from "ollama";

import { badAnswer } from "../client/failure";
import { EarlyEnd } from "../client/early-end";
import type { ChatAnswer, ChatCall } from "../client/questions";
import type { ServerFacts } from "../client/readiness";
import { joinTexts } from "../question-text";
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

/** Asks and reads the answer as it comes. Throws `badAnswer` for one that is empty or cut off. */
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
    messages: toMessages(call, facts),
    ...(call.format ? { format: call.format } : {}),
    ...(facts.thinking ? { think: false } : {}),
    ...(call.logprobs && facts.logprobs ? { logprobs: true, top_logprobs: TOP_LOGPROBS } : {}),
  };
  const limits = { signal, answerMs: settings.deadlines.answerMs };
  return calls.run(limits, async (client, hangUp) => {
    const hearing = new Hearing(started);
    const end = new EarlyEnd(call.enough, hangUp);
    try {
      for await (const part of await client.chat(request)) {
        hearing.hear(part);
        if (part.done) break;
        end.offer(hearing.content);
      }
    } catch (thrown) {
      if (!end.isOver) throw thrown;
    }
    const { content, done } = hearing;
    if (!done && !end.isOver) throw badAnswer("lmm.answer-unfinished", calls.context, content);
    if (done?.done_reason === "length") throw badAnswer("lmm.answer-cut", calls.context, content);
    return hearing.toAnswer(end.isOver);
  });
}

/** What varies stands last: a server need not read again what it has read before. */
function toMessages(call: ChatCall, { system: hasSystem }: ServerFacts): Message[] {
  const { system, image } = call;
  const user: Message = {
    role: "user",
    content: hasSystem ? call.prompt : joinTexts(call),
    // Never a string, which the client would take for the path of a file.
    ...(image ? { images: [new Uint8Array(image)] } : {}),
  };
  return system !== undefined && hasSystem ? [{ role: "system", content: system }, user] : [user];
}

/** What has come of an answer so far. */
class Hearing {
  content = "";
  /** The last part, once it is here. */
  done: ChatResponse | undefined;
  private thought = false;
  private readonly tokens: Logprob[] = [];
  private parts = 0;
  private firstAt: number | undefined;

  constructor(private readonly started: number) {}

  hear(part: ChatResponse): void {
    this.firstAt ??= performance.now();
    const message = part.message as { content?: unknown; thinking?: unknown } | undefined;
    const said = text(message?.content);
    this.content += said;
    if (said !== "") this.parts += 1;
    this.thought ||= text(message?.thinking) !== "";
    if (Array.isArray(part.logprobs)) this.tokens.push(...part.logprobs);
    if (part.done) this.done = part;
  }

  toAnswer(cut: boolean): ChatAnswer {
    const now = performance.now();
    const total = now - this.started;
    const { content, thought, tokens, done } = this;
    const timings = done ? readTimings(done, total) : this.seenTimings(now);
    return { content, thought, tokens, timings: cut ? { ...timings, cut } : timings };
  }

  /** Counters come with the last part alone: without it the clock here tells. */
  private seenTimings(now: number): LmmTimings {
    const { started, firstAt = now, parts } = this;
    // Each part is a token; of the question's nothing is told.
    const tokens = { answer: parts };
    return { total: now - started, prompt: firstAt - started, answer: now - firstAt, tokens };
  }
}

interface Durations {
  readonly total_duration?: number;
  readonly load_duration?: number;
  readonly prompt_eval_duration?: number;
  readonly eval_duration?: number;
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
}

/** Nanoseconds to milliseconds; a counter that is 0 is absent. What is left over was the queue. */
function readTimings(durations: Durations, total: number): LmmTimings {
  const load = toMs(durations.load_duration);
  const prompt = toMs(durations.prompt_eval_duration);
  const answer = toMs(durations.eval_duration);
  const { prompt_eval_count: asked, eval_count: said } = durations;
  const tokens = {
    ...(typeof asked === "number" ? { prompt: asked } : {}),
    ...(typeof said === "number" ? { answer: said } : {}),
  };
  if (durations.total_duration === undefined) return { total, tokens };
  const queue = Math.max(0, toMs(durations.total_duration) - load - prompt - answer);
  return { total, queue, load, prompt, answer, tokens };
}

function toMs(nanoseconds: number | undefined): number {
  return typeof nanoseconds === "number" ? nanoseconds / 1e6 : 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
