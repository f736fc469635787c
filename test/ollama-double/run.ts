import type { AnswerRequest } from "./answer-request";
import type { BrainAnswer } from "./brain";
import type { Core, Exchange } from "./core";
import { createDice, seedFrom } from "./dice";
import {
  ApiError,
  contextExceeded,
  imageRefused,
  invalidFormat,
  rejectedSchema,
  repeatLimitReached,
  runnerDiedMidStream,
  runnerStopped,
} from "./errors";
import type { RunFault } from "./faults";
import { orAborted } from "./gates";
import { checkDecodable } from "./images";
import type { Model } from "./models";
import { readInteger } from "./runner-options";
import type { Runner } from "./scheduler";
import { formatAnswer, isConvertible, isRecord, type Format } from "./schema";
import {
  countBeforeRepeat,
  countTokens,
  describeLogprob,
  splitTokens,
  type Logprob,
} from "./tokens";
import { countDurations, createMessage, dropZeros } from "./wire";

/** Milliseconds since the epoch at which a request's parts ended. */
export interface Times {
  readonly started: number;
  readonly loaded: number;
  evaluated: number;
}

/** A token on its way out. */
interface Piece {
  readonly token: string;
  readonly thinking: boolean;
  readonly logprob: Logprob | undefined;
}

/** Looping models repeat a line break most often. */
const LOOP = "\n".repeat(400);

/** One generation in its slot. */
export class Run {
  readonly #fault: RunFault | undefined;
  readonly #sent: Piece[] = [];

  constructor(
    private readonly core: Core,
    private readonly exchange: Exchange,
    private readonly request: AnswerRequest,
    private readonly model: Model,
    private readonly runner: Runner,
    private readonly times: Times,
  ) {
    this.#fault = core.faults.take("run", exchange.entry);
  }

  async run(): Promise<void> {
    const { core, exchange, request, runner } = this;
    const format = this.#readFormat();
    const promptTokens = this.#checkPrompt();
    if (this.#fault?.kind === "runner-crash") {
      core.scheduler.crash(runner);
      throw runnerStopped(core.profile);
    }
    const said = await this.#ask(format);
    if (this.#fault?.kind === "nothing-produced") return this.#endWithNothing();
    const pieces = this.#cutPieces(said, format);
    const limit = this.#countLimit(promptTokens);
    const repeatAt = countBeforeRepeat(
      pieces.map(({ token }) => token),
      core.profile.repeatLimit,
    );
    const count = Math.min(pieces.length, limit, repeatAt);
    const breakAt = this.#findBreak(count);
    for (const piece of pieces.slice(0, breakAt ?? count)) await this.#send(piece);
    if (breakAt !== undefined) return this.#break(pieces[breakAt]);
    if (repeatAt === count && repeatAt < pieces.length && repeatAt < limit) {
      if (core.profile.repeatEnd === "error") throw repeatLimitReached();
      return this.#endWithoutDone();
    }
    if (count === 0) await this.#waitForToken();
    const final = this.#createFinal(count < pieces.length ? "length" : "stop", promptTokens);
    if (!request.stream) return exchange.reply.json(200, final);
    await exchange.reply.line(final);
    await exchange.reply.end();
  }

  #readFormat(): Format {
    const { format } = this.request;
    if (format === undefined || format === null || format === "") return undefined;
    if (format === "json") return "json";
    if (!isRecord(format)) throw invalidFormat(format);
    if (!isConvertible(format)) throw rejectedSchema(this.core.profile, format);
    return format;
  }

  /** Size of the prompt in tokens. Throws what the version says to its images or its length. */
  #checkPrompt(): number {
    const { images, system, prompt } = this.request;
    const { profile } = this.core;
    const { numCtx } = this.runner.options;
    if (images.length > 0 && !this.#hasVision) {
      const native = this.model.path === "native" && this.request.endpoint === "/api/chat";
      const byVersion = profile.refusesImages ? (native ? "nested-500" : "nested-400") : "blind";
      const refusal = this.model.imageRefusal ?? byVersion;
      if (refusal !== "blind") throw imageRefused(refusal === "nested-400" ? 400 : 500);
    } else {
      for (const image of images) checkDecodable(image, profile);
    }
    const imageTokens = this.#hasVision ? images.length * this.model.imageTokens : 0;
    const tokens = countTokens(system + prompt) + imageTokens;
    if (tokens <= numCtx) return tokens;
    const refused = imageTokens > 0 || (profile.dialect === "new" && this.model.path === "native");
    if (refused) throw contextExceeded(profile, tokens, numCtx);
    // A long text loses its middle and nobody is told.
    return numCtx - 1;
  }

  get #hasVision(): boolean {
    return this.model.capabilities.includes("vision");
  }

  async #ask(format: Format): Promise<BrainAnswer> {
    const { core, model, exchange } = this;
    const { endpoint, prompt, images, options, think } = this.request;
    const system = model.dropsSystem ? "" : this.request.system;
    const sees = this.#hasVision && !model.blind;
    const asked = {
      endpoint,
      model,
      system,
      prompt,
      images: sees ? images : [],
      sentImages: images.length,
      format,
      options,
      think: model.capabilities.includes("thinking") && think !== false,
      dice: this.#createDice(),
    };
    try {
      return await orAborted((async () => core.brain.answer(asked))(), exchange.signal);
    } catch (error) {
      exchange.signal.throwIfAborted();
      exchange.entry.faults.push(`brain: ${String(error)}`);
      core.scheduler.crash(this.runner);
      throw runnerStopped(core.profile);
    }
  }

  /** The same for equal requests with a seed or at temperature 0, unless determinism is off. */
  #createDice(): () => number {
    const { system, prompt, images, options } = this.request;
    const { seed, temperature } = options;
    const fixed = (typeof seed === "number" && seed >= 0) || temperature === 0;
    const chance = fixed && this.core.deterministic ? "" : String(this.exchange.entry.id);
    const pictures = images.map(({ sha256 }) => sha256);
    return createDice(
      seedFrom(this.model.digest, system, prompt, ...pictures, String(seed), chance),
    );
  }

  #cutPieces(said: BrainAnswer, format: Format): Piece[] {
    const fault = this.#fault;
    const { options, logprobs, topLogprobs, think } = this.request;
    const thinks = this.model.capabilities.includes("thinking") && think !== false;
    const thoughts = thinks ? splitTokens(said.thinking ?? "") : [];
    const mode = fault?.kind === "format" ? fault.mode : undefined;
    const sorted = this.model.path === "native" && this.request.endpoint === "/api/chat";
    let text = formatAnswer(said, format, sorted && this.core.profile.dialect === "new", mode);
    if (fault?.kind === "repeat") text = `${text.slice(0, 2)}${LOOP}`;
    for (const stop of Array.isArray(options.stop) ? (options.stop as unknown[]) : []) {
      if (typeof stop === "string" && stop !== "") text = text.split(stop, 1)[0] ?? text;
    }
    const tokens = splitTokens(text);
    const { probabilities = {} } = said;
    const chosen = tokens.findLastIndex((token) => Object.hasOwn(probabilities, token));
    const describe = (token: string, index: number): Logprob | undefined =>
      logprobs
        ? describeLogprob(token, topLogprobs, index === chosen ? probabilities : undefined)
        : undefined;
    return [
      ...thoughts.map((token) => ({ token, thinking: true, logprob: undefined })),
      ...tokens.map((token, index) => ({
        token,
        thinking: false,
        logprob: describe(token, index),
      })),
    ];
  }

  /** As many tokens as budget and context allow. */
  #countLimit(promptTokens: number): number {
    const { numCtx } = this.runner.options;
    const budget = readInteger(this.request.options, "num_predict") ?? -1;
    const cut = this.#fault?.kind === "length" ? this.#fault.tokens : Infinity;
    return Math.min(cut, budget > 0 ? budget : 10 * numCtx, Math.max(1, numCtx - promptTokens));
  }

  /** After how many tokens a fault ends this run. */
  #findBreak(count: number): number | undefined {
    const fault = this.#fault;
    if (!fault || !("afterTokens" in fault || BREAKING.includes(fault.kind))) return undefined;
    const after = "afterTokens" in fault ? fault.afterTokens : undefined;
    return Math.min(after ?? 1, count);
  }

  async #break(next: Piece | undefined): Promise<void> {
    const { core, exchange, request, runner } = this;
    switch (this.#fault?.kind) {
      case "runner-crash-mid-stream":
        core.scheduler.crash(runner);
        throw runnerDiedMidStream();
      case "error-line":
        throw new ApiError(500, this.#fault.text, "run");
      case "destroy-mid-line": {
        const chunk = this.#createChunk(next ?? { token: "", thinking: false, logprob: undefined });
        return exchange.reply.cutInside(request.stream ? chunk : this.#createFinal("stop", 0));
      }
      default:
        return this.#endWithoutDone();
    }
  }

  /** Gates and delays before a token. */
  async #waitForToken(): Promise<void> {
    const { core, exchange, times } = this;
    const { signal, entry } = exchange;
    const first = this.#sent.length === 0;
    await core.gates.pass(first ? "first-token" : "token", signal);
    await core.clock.sleep(first ? core.delays.promptEval : core.delays.perToken, signal);
    if (first) {
      times.evaluated = core.clock.now();
      if (this.request.stream) core.journal.enter(entry, "streaming");
    }
    if (this.runner.dead) throw first ? runnerStopped(core.profile) : runnerDiedMidStream();
  }

  async #send(piece: Piece): Promise<void> {
    await this.#waitForToken();
    this.#sent.push(piece);
    this.exchange.entry.tokens = this.#sent.length;
    if (!this.request.stream || this.#fault?.kind === "empty-content") return;
    await this.exchange.reply.line(this.#createChunk(piece));
  }

  #createChunk({ token, thinking, logprob }: Piece): Record<string, unknown> {
    const parts = thinking ? { thinking: token } : { content: token };
    return {
      ...createMessage(this.core, this.request, parts),
      done: false,
      ...(logprob ? { logprobs: [logprob] } : {}),
    };
  }

  /** All that was said, for an answer in one piece. */
  #createWhole(): Record<string, unknown> {
    const { core, request } = this;
    const said = this.#fault?.kind === "empty-content" ? [] : this.#sent;
    const join = (thinking: boolean): string =>
      said
        .filter((piece) => piece.thinking === thinking)
        .map(({ token }) => token)
        .join("");
    const thinking = join(true);
    const logprobs = said.flatMap(({ logprob }) => logprob ?? []);
    return {
      ...createMessage(core, request, {
        content: join(false),
        ...(thinking === "" ? {} : { thinking }),
      }),
      ...(logprobs.length === 0 ? {} : { logprobs }),
    };
  }

  #createFinal(reason: "stop" | "length", promptTokens: number): Record<string, unknown> {
    const { core, request, times } = this;
    const { started, loaded, evaluated } = times;
    const now = core.clock.now();
    const generated = request.endpoint === "/api/generate" && !request.raw;
    return {
      ...(request.stream ? createMessage(core, request, {}) : this.#createWhole()),
      done: true,
      ...(this.#fault?.kind === "no-done-reason" ? {} : { done_reason: reason }),
      ...(generated ? { context: [733, 16289, 28793, ...this.#sent.keys()] } : {}),
      ...countDurations({ total: now - started, load: loaded - started }),
      ...dropZeros({ prompt_eval_count: promptTokens, eval_count: this.#sent.length }),
      ...countDurations({ prompt_eval: evaluated - loaded, eval: now - evaluated }),
    };
  }

  async #endWithoutDone(): Promise<void> {
    const { reply } = this.exchange;
    if (this.request.stream) return reply.end();
    await reply.json(200, { ...this.#createWhole(), done: false });
  }

  async #endWithNothing(): Promise<void> {
    const { reply } = this.exchange;
    await this.#waitForToken();
    if (this.request.stream) return reply.end();
    const said =
      this.request.endpoint === "/api/chat"
        ? { message: { role: "", content: "" } }
        : { response: "" };
    await reply.json(200, { model: "", created_at: "0001-01-01T00:00:00Z", ...said, done: false });
  }
}

/** Faults that end a run before its time. */
const BREAKING: readonly string[] = [
  "runner-crash-mid-stream",
  "error-line",
  "end-without-done",
  "destroy-mid-line",
];
