import { isRecord } from "../../basics/is-record";
import { badAnswer } from "../client/failure";
import type { ChatAnswer, ChatCall } from "../client/questions";
import type { ServerFacts } from "../client/readiness";
import type { TokenProbability } from "../client/token-probabilities";
import type { LmmTimings } from "../lmm";
import { stripReasoning } from "../reasoning";
import type { OpenAiCalls } from "./calls";
import type { Quirks } from "./quirks";
import type { ResolvedSettings } from "./settings";

/** Alternatives told for each token; most servers refuse more than 20. */
const TOP_LOGPROBS = 10;
/** With no chance at all, another seed would give the same answer. */
const RETRY_TEMPERATURE = 0.3;

/**
 * Asks and reads the whole answer; a field that the server refuses is left out from then on.
 * Throws `badAnswer` for an answer that is empty or cut.
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
      const answer = await ask(server, toRequest(server.settings, call, known), signal);
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
function toRequest(settings: ResolvedSettings, call: ChatCall, quirks: Quirks): object {
  const { attempt, format, image, prompt } = call;
  return {
    model: settings.model,
    messages: [{ role: "user", content: toContent(prompt, image) }],
    max_tokens: call.maxTokens ?? settings.numPredict,
    temperature: attempt === 0 ? 0 : RETRY_TEMPERATURE,
    seed: settings.seed + attempt,
    stream: true,
    ...(quirks.takes("usage") ? { stream_options: { include_usage: true } } : {}),
    ...(format ? { response_format: toResponseFormat(format) } : {}),
    ...(call.logprobs && quirks.takes("logprobs")
      ? { logprobs: true, top_logprobs: TOP_LOGPROBS }
      : {}),
    ...(quirks.needsQuiet
      ? { reasoning_effort: "none", chat_template_kwargs: { enable_thinking: false } }
      : {}),
  };
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
  private readonly started = performance.now();
  private firstAt: number | undefined;

  hear(part: Readonly<Record<string, unknown>>): void {
    if (isRecord(part.timings)) this.server = readTimings(part.timings);
    const [choice] = Array.isArray(part.choices) ? (part.choices as unknown[]) : [];
    if (!isRecord(choice)) return;
    this.firstAt ??= performance.now();
    // Whole where the server did not stream.
    const said = isRecord(choice.delta) ? choice.delta : choice.message;
    if (isRecord(said)) {
      this.content += text(said.content);
      this.thought ||= text(said.reasoning_content) !== "" || text(said.reasoning) !== "";
    }
    this.tokens.push(...readTokens(choice.logprobs));
    if (typeof choice.finish_reason === "string") this.finish = choice.finish_reason;
  }

  /** The server's own account, else what was seen of it from here. */
  get timings(): LmmTimings {
    const now = performance.now();
    return { answer: now - (this.firstAt ?? now), ...this.server, total: now - this.started };
  }
}

async function ask(
  { calls, settings }: OpenAiCalls,
  request: object,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const limits = { signal, answerMs: settings.deadlines.answerMs };
  return calls.run(limits, async (client) => {
    const hearing = new Hearing();
    for await (const part of client.stream("chat/completions", request)) hearing.hear(part);
    const { content, thought, tokens, timings, finish } = hearing;
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
