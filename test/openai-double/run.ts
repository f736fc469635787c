import { createDice, seedFrom } from "../ollama-double/dice";
import type { BrainAnswer } from "../ollama-double/brain";
import type { RunFault } from "../ollama-double/faults";
import { orAborted } from "../ollama-double/gates";
import type { Exchange } from "../ollama-double/http-double";
import { formatAnswer } from "../ollama-double/schema";
import { countTokens, describeLogprob, splitTokens } from "../ollama-double/tokens";
import type { Core } from "./core";
import { Failure, tooLong, wordFailure } from "./errors";
import type { ServedModel } from "./models";
import { checkImages, type ChatRequest } from "./request";

/** A token on its way out. */
interface Piece {
  readonly token: string;
  readonly thought: boolean;
  readonly logprob: object | undefined;
}

/** Ids that nobody compares. */
const FACTS = { id: "chatcmpl-double", system_fingerprint: "double" };

/** One generation in its slot. */
export class Run {
  readonly #fault: RunFault | undefined;
  readonly #sent: Piece[] = [];
  #promptTokens = 0;
  #cachedTokens = 0;
  #evaluatedAt = 0;
  readonly #startedAt: number;

  constructor(
    private readonly core: Core,
    private readonly exchange: Exchange,
    private readonly request: ChatRequest,
    private readonly model: ServedModel,
    /** What ends it: for some servers the client's leaving does not. */
    private readonly life: AbortSignal,
  ) {
    this.#fault = core.faults.take("run", exchange.entry);
    this.#startedAt = core.clock.now();
  }

  async run(): Promise<void> {
    this.#checkPrompt();
    if (this.#fault?.kind === "runner-crash")
      throw new Failure(500, "EngineCore encountered an issue");
    const pieces = this.#cutPieces(await this.#ask());
    const count = Math.min(pieces.length, this.#countLimit());
    const breakAt = this.#findBreak(count);
    await this.#open();
    for (const piece of pieces.slice(0, breakAt ?? count)) await this.#send(piece);
    if (breakAt !== undefined) return this.#break();
    if (count === 0) await this.#waitForToken();
    await this.#finish(count < pieces.length ? "length" : "stop");
  }

  /** Throws what the server says to the images or to the length of the prompt. */
  #checkPrompt(): void {
    const { profile } = this.core;
    const { images, transcript, system, prompt } = this.request;
    const { vision = true, imageTokens = 576, contextLength = 4_096 } = this.model;
    const { noVision } = profile;
    if (images.length > 0 && !vision && noVision !== "silent") {
      throw new Failure(noVision.status, noVision.text.replace("{model}", this.model.id));
    }
    if (vision) checkImages(images, profile);
    const tokens = countTokens(system + prompt) + images.length * imageTokens;
    if (tokens > contextLength && profile.tooLong !== "cut") {
      throw tooLong(profile, tokens, contextLength);
    }
    this.#promptTokens = Math.min(tokens, contextLength - 1);
    this.#cachedTokens = countTokens(commonStart(this.core.cached, transcript));
    this.core.cached = transcript;
  }

  async #ask(): Promise<BrainAnswer> {
    const { core, model, exchange, request } = this;
    const { prompt, images, format, seed, temperature, quiet } = request;
    const system = model.dropsSystem ? "" : request.system;
    const sees = model.vision !== false && model.blind !== true;
    const fixed = typeof seed === "number" || temperature === 0;
    const chance = fixed ? "" : String(exchange.entry.id);
    const pictures = images.map(({ sha256 }) => sha256);
    const asked = {
      endpoint: "/v1/chat/completions" as const,
      model: { name: model.id },
      system,
      prompt,
      images: sees ? images : [],
      sentImages: images.length,
      format,
      options: { seed, temperature },
      think: model.thinks === true && !quiet,
      dice: createDice(seedFrom(model.id, system, prompt, ...pictures, String(seed), chance)),
    };
    return orAborted((async () => core.brain.answer(asked))(), this.life);
  }

  #cutPieces(said: BrainAnswer): Piece[] {
    const { format, logprobs: top } = this.request;
    const { profile } = this.core;
    const fault = this.#fault;
    const thinks = this.model.thinks === true && !this.request.quiet;
    const thoughts = thinks ? splitTokens(said.thinking ?? "") : [];
    const mode = fault?.kind === "format" ? fault.mode : undefined;
    const tokens = splitTokens(formatAnswer(said, format, false, mode));
    const { probabilities = {} } = said;
    const chosen = tokens.findLastIndex((token) => Object.hasOwn(probabilities, token));
    const describe = (token: string, index: number): object | undefined => {
      if (top === undefined || profile.topLogprobs === 0) return undefined;
      // llama-server tells nothing at all where no alternatives are asked for.
      if (top === 0 && profile.owner === "llamacpp") return undefined;
      const told = describeLogprob(token, top, index === chosen ? probabilities : undefined);
      const others = (told.top_logprobs ?? []).filter(
        (each) => !profile.hidesChosen || each.token !== token || index !== chosen,
      );
      return { ...(profile.tokenIds ? { id: index } : {}), ...told, top_logprobs: others };
    };
    return [
      ...thoughts.map((token) => ({ token, thought: true, logprob: undefined })),
      ...tokens.map((token, at) => ({ token, thought: false, logprob: describe(token, at) })),
    ];
  }

  #countLimit(): number {
    const cut = this.#fault?.kind === "length" ? this.#fault.tokens : Infinity;
    const room = Math.max(1, (this.model.contextLength ?? 4_096) - this.#promptTokens);
    return Math.max(1, Math.min(cut, this.request.maxTokens, room));
  }

  /** After how many tokens a fault ends this run. */
  #findBreak(count: number): number | undefined {
    const fault = this.#fault;
    if (!fault || !BREAKING.includes(fault.kind)) return undefined;
    const after = "afterTokens" in fault ? fault.afterTokens : undefined;
    return Math.min(after ?? 1, count);
  }

  async #break(): Promise<void> {
    const { reply } = this.exchange;
    const { profile } = this.core;
    if (!this.request.stream) throw new Failure(500, "EngineCore encountered an issue");
    if (this.#fault?.kind === "destroy-mid-line") return reply.cutHalf("data: {}\n\n");
    if (this.#fault?.kind === "end-without-done") return reply.end();
    const text = this.#fault?.kind === "error-line" ? this.#fault.text : "EngineCore died";
    if (profile.lateError === "lost") {
      await reply.event(this.#createChunk({ role: "assistant", content: "" }));
      return reply.end();
    }
    await reply.event(wordFailure(profile.errors, new Failure(500, text), true));
    if (profile.lateError === "done") await reply.event("[DONE]");
    return reply.end();
  }

  /** What comes before the first token: some send the head at once, some wait for it. */
  async #open(): Promise<void> {
    const { stream } = this.request;
    const { reply } = this.exchange;
    const { comment, first } = this.core.profile;
    if (stream && comment !== "") {
      reply.startEvents();
      await reply.raw(comment);
    }
    await this.#waitForToken();
    if (!stream || first === "token") return;
    await reply.event(this.#createChunk({ role: "assistant", content: first }));
  }

  /** Gates and delays before a token. */
  async #waitForToken(): Promise<void> {
    const { core, exchange } = this;
    const isFirst = this.#evaluatedAt === 0;
    await core.gates.pass(isFirst ? "first-token" : "token", this.life);
    await core.clock.sleep(isFirst ? core.delays.promptEval : core.delays.perToken, this.life);
    if (!isFirst) return;
    this.#evaluatedAt = core.clock.now();
    if (this.request.stream) core.journal.enter(exchange.entry, "streaming");
  }

  async #send(piece: Piece): Promise<void> {
    // Before the first one it has been waited for.
    if (this.#sent.length > 0) await this.#waitForToken();
    this.#sent.push(piece);
    this.exchange.entry.tokens = this.#sent.length;
    if (!this.request.stream || this.#fault?.kind === "empty-content") return;
    const chunk = this.#createChunk(this.#toDelta([piece]), null, [piece]);
    await this.exchange.reply.event({ ...chunk, ...this.#countPart() });
  }

  async #finish(reason: "stop" | "length"): Promise<void> {
    const { reply } = this.exchange;
    const { stream, usage } = this.request;
    const { streamOptions, timings } = this.core.profile;
    const extra = timings ? { timings: this.#countTimings() } : {};
    if (!stream) {
      const sent = this.#fault?.kind === "empty-content" ? [] : this.#sent;
      const message = { role: "assistant", content: "", ...this.#toDelta(sent) };
      const choice = { index: 0, message, finish_reason: reason, ...this.#tellLogprobs(sent) };
      await reply.json(200, {
        ...this.#createHead("chat.completion"),
        ...{ choices: [choice], usage: this.#countUsage(), ...extra },
      });
      return;
    }
    await reply.event(this.#createChunk({}, reason));
    if (usage && streamOptions === "taken") {
      await reply.event({
        ...this.#createHead("chat.completion.chunk"),
        ...{ choices: [], usage: this.#countUsage(), ...extra },
      });
    }
    await reply.event("[DONE]");
    await reply.end();
  }

  #toDelta(pieces: readonly Piece[]): Record<string, string> {
    const join = (thought: boolean): string =>
      pieces
        .filter((piece) => piece.thought === thought)
        .map(({ token }) => token)
        .join("");
    const thought = join(true);
    const content = join(false);
    return {
      ...(thought === ""
        ? {}
        : Object.fromEntries(this.core.profile.thoughts.map((name) => [name, thought]))),
      ...(content === "" ? {} : { content }),
    };
  }

  #tellLogprobs(pieces: readonly Piece[]): object {
    const content = pieces.flatMap(({ logprob }) => logprob ?? []);
    return content.length > 0 ? { logprobs: { content } } : {};
  }

  #createChunk(delta: object, reason: string | null = null, pieces: readonly Piece[] = []): object {
    const choice = { index: 0, delta, ...this.#tellLogprobs(pieces), finish_reason: reason };
    return { ...this.#createHead("chat.completion.chunk"), choices: [choice] };
  }

  #createHead(object: string): object {
    const created = Math.floor(this.core.clock.now() / 1_000);
    return { ...FACTS, object, created, model: this.model.id };
  }

  #countUsage(): object {
    const { cachedTokens } = this.core.profile;
    const [prompt, completion] = [this.#promptTokens, this.#sent.length];
    const details =
      cachedTokens === "absent"
        ? {}
        : {
            prompt_tokens_details:
              cachedTokens === "told" ? { cached_tokens: this.#cachedTokens } : null,
          };
    return {
      ...{ prompt_tokens: prompt, completion_tokens: completion, ...details },
      total_tokens: prompt + completion,
    };
  }

  /** What each part of a stream counts, where that was asked for; of the cache vLLM says nothing. */
  #countPart(): object {
    if (!this.request.counts) return {};
    if (this.core.profile.counting === "timings") return { timings: this.#countTimings() };
    const [prompt, completion] = [this.#promptTokens, this.#sent.length];
    const total = prompt + completion;
    return {
      usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total },
    };
  }

  #countTimings(): object {
    const now = this.core.clock.now();
    return {
      cache_n: this.#cachedTokens,
      prompt_n: this.#promptTokens - this.#cachedTokens,
      prompt_ms: this.#evaluatedAt - this.#startedAt,
      predicted_n: this.#sent.length,
      predicted_ms: now - this.#evaluatedAt,
    };
  }
}

/** Faults that end a run before its time. */
const BREAKING: readonly string[] = [
  ...["runner-crash-mid-stream", "error-line", "end-without-done", "destroy-mid-line"],
];

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
