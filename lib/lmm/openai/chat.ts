import { isRecord } from "../../basics/is-record";
import { badAnswer } from "../client/failure";
import { EarlyEnd } from "../client/early-end";
import type { ChatAnswer, ChatCall } from "../client/questions";
import type { ServerFacts } from "../client/readiness";
import type { TokenProbability } from "../client/token-probabilities";
import { joinTexts } from "../question-text";
import type { LmmTimings, LmmTokens } from "../lmm";
import { stripReasoning } from "../reasoning";
import type { OpenAiCalls } from "./calls";
import type { Quirks } from "./quirks";
import type { ResolvedSettings } from "./settings";

/** Alternatives told for each token; most servers refuse more than 20. */
const TOP_LOGPROBS = 10;
/** With no chance at all, another seed would give the same answer. */
const RETRY_TEMPERATURE = 0.3;

/**
 * Asks and reads the answer as it comes; a field that the server refuses is left out from then on.
 * Throws `badAnswer` for an answer that is empty or cut off.
 */
export async function chat(
  server: OpenAiCalls,
  quirks: Quirks,
  call: ChatCall,
  facts: ServerFacts,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const known = quirks.for(facts);
  for (;;) {
    try {
      const request = toRequest(server.settings, call, known, facts);
      const answer = await ask(server, request, call.enough, signal);
      if (answer.thought || stripReasoning(answer.content).thought) known.noteThought();
      return answer;
    } catch (thrown) {
      signal.throwIfAborted();
      // Each field is refused once at most, so this ends.
      if (!known.learn(thrown)) throw thrown;
    }
  }
}

/**
 * Always streamed: a llama-server goes on to the end of an answer that is not, after its client
 * has left.
 */
function toRequest(
  settings: ResolvedSettings,
  call: ChatCall,
  quirks: Quirks,
  facts: ServerFacts,
): object {
  const { attempt, format } = call;
  return {
    model: settings.model,
    messages: toMessages(call, facts.system && quirks.takes("system")),
    max_tokens: call.maxTokens ?? settings.numPredict,
    temperature: attempt === 0 ? 0 : RETRY_TEMPERATURE,
    seed: settings.seed + attempt,
    stream: true,
    ...toCounting(call, quirks, facts),
    ...(format ? { response_format: toResponseFormat(format) } : {}),
    ...(call.logprobs && quirks.takes("logprobs")
      ? { logprobs: true, top_logprobs: TOP_LOGPROBS }
      : {}),
    ...(quirks.needsQuiet
      ? { reasoning_effort: "none", chat_template_kwargs: { enable_thinking: false } }
      : {}),
  };
}

/**
 * Has the tokens counted: in the last part, and where an answer may be ended before it, in each, as
 * far as the server is one that can. Another might refuse what it does not know without saying what.
 *
 * Sources: llama.cpp's `tools/server` (`timings_per_token`), vllm-project/vllm#9709 and
 * sgl-project/sglang#12241 (`continuous_usage_stats`); none of it was tried on such a server.
 */
function toCounting({ enough }: ChatCall, quirks: Quirks, { server }: ServerFacts): object {
  const each = enough && quirks.takes("counts") ? server : undefined;
  const hasUsage = each === "vLLM" || each === "SGLang";
  return {
    ...(each === "llama.cpp" ? { timings_per_token: true } : {}),
    ...(quirks.takes("usage")
      ? {
          stream_options: {
            include_usage: true,
            ...(hasUsage ? { continuous_usage_stats: true } : {}),
          },
        }
      : {}),
  };
}

/** What varies stands last: a server need not read again what it has read before. */
function toMessages(call: ChatCall, hasSystem: boolean): object[] {
  const { system, prompt, image } = call;
  if (system === undefined || !hasSystem) {
    return [{ role: "user", content: toContent(joinTexts(call), image) }];
  }
  return [
    { role: "system", content: system },
    { role: "user", content: toContent(prompt, image) },
  ];
}

function toContent(prompt: string, image: Uint8Array | undefined): string | object[] {
  if (!image) return prompt;
  const url = `data:image/jpeg;base64,${Buffer.from(image).toString("base64")}`;
  return [
    { type: "image_url", image_url: { url } },
    { type: "text", text: prompt },
  ];
}

function toResponseFormat(schema: object): object {
  return { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
}

/** What has come of an answer so far. */
class Hearing {
  content = "";
  thought = false;
  finish: string | undefined;
  readonly tokens: TokenProbability[] = [];
  private server: Partial<LmmTimings> = {};
  private counted: LmmTokens = {};
  private parts = 0;
  private readonly started = performance.now();
  private firstAt: number | undefined;

  hear(part: Readonly<Record<string, unknown>>): void {
    if (isRecord(part.timings)) {
      this.server = readTimings(part.timings);
      this.counted = { ...this.counted, ...readCounts(part.timings) };
    }
    if (isRecord(part.usage)) this.counted = { ...this.counted, ...readUsage(part.usage) };
    const [choice] = Array.isArray(part.choices) ? (part.choices as unknown[]) : [];
    if (!isRecord(choice)) return;
    // Whole where the server did not stream.
    const said = isRecord(choice.delta) ? choice.delta : choice.message;
    if (isRecord(said)) {
      const thought = text(said.reasoning_content) + text(said.reasoning);
      const content = text(said.content);
      this.content += content;
      if (content !== "") this.parts += 1;
      this.thought ||= thought !== "";
      if (said === choice.delta && content + thought !== "") this.firstAt ??= performance.now();
    }
    this.tokens.push(...readTokens(choice.logprobs));
    if (typeof choice.finish_reason === "string") this.finish = choice.finish_reason;
  }

  /** The server's own account, else what was seen of it from here. */
  get timings(): LmmTimings {
    const now = performance.now();
    const { started, firstAt, server } = this;
    // Most servers send a part a token; one that does not stream sends one part in all.
    const isStreamed = firstAt !== undefined;
    const tokens = { ...(isStreamed ? { answer: this.parts } : {}), ...this.counted };
    const seen = isStreamed ? { prompt: firstAt - started, answer: now - firstAt } : {};
    return { ...seen, ...server, tokens, total: now - started };
  }
}

async function ask(
  { calls, settings }: OpenAiCalls,
  request: object,
  enough: ChatCall["enough"],
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const limits = { signal, answerMs: settings.deadlines.answerMs };
  return calls.run(limits, async (client, hangUp) => {
    const hearing = new Hearing();
    const end = new EarlyEnd(enough, hangUp);
    try {
      for await (const part of client.stream("chat/completions", request)) {
        hearing.hear(part);
        if (hearing.finish === undefined) end.offer(hearing.content);
      }
    } catch (thrown) {
      if (!end.isOver) throw thrown;
    }
    const { content, thought, tokens, timings, finish } = hearing;
    if (end.isOver) return { content, thought, tokens, timings: { ...timings, cut: true } };
    if (finish === undefined) throw badAnswer("lmm.answer-unfinished", calls.context, content);
    const isOnlyThought = thought && content.trim() === "";
    if (finish === "length" && !isOnlyThought) {
      throw badAnswer("lmm.answer-cut", calls.context, content);
    }
    return { content, thought, tokens, timings };
  });
}

/** As llama-server tells them, in ms. */
function readTimings(told: Readonly<Record<string, unknown>>): Partial<LmmTimings> {
  const { prompt_ms: prompt, predicted_ms: answer } = told;
  return {
    ...(typeof prompt === "number" ? { prompt } : {}),
    ...(typeof answer === "number" ? { answer } : {}),
  };
}

/** The same server's counts. An old one does not tell what it still had, nor then the whole. */
function readCounts(told: Readonly<Record<string, unknown>>): LmmTokens {
  const { cache_n: cached, prompt_n: read, predicted_n: answer } = told;
  const isTold = typeof cached === "number" && typeof read === "number";
  return {
    ...(isTold ? { prompt: cached + read, cached } : {}),
    ...(typeof answer === "number" ? { answer } : {}),
  };
}

function readUsage(told: Readonly<Record<string, unknown>>): LmmTokens {
  const { prompt_tokens: prompt, completion_tokens: answer, prompt_tokens_details: more } = told;
  const cached = isRecord(more) ? more.cached_tokens : undefined;
  return {
    ...(typeof prompt === "number" ? { prompt } : {}),
    ...(typeof cached === "number" ? { cached } : {}),
    ...(typeof answer === "number" ? { answer } : {}),
  };
}

function readTokens(logprobs: unknown): TokenProbability[] {
  const list = isRecord(logprobs) ? logprobs.content : undefined;
  if (!Array.isArray(list)) return [];
  return (list as unknown[]).filter(isToken).map(({ token, logprob, top_logprobs: top }) => ({
    ...{ token, logprob },
    top_logprobs: Array.isArray(top) ? (top as unknown[]).filter(isToken) : [],
  }));
}

function isToken(value: unknown): value is TokenProbability {
  return isRecord(value) && typeof value.token === "string" && typeof value.logprob === "number";
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
