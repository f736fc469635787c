import { TlacError } from "../../errors";
import type { Frame } from "../../frame/frame";
import { shrinkJpeg } from "../../frame/shrink-jpeg";
import type {
  AskOptions,
  Lmm,
  LmmIdentity,
  Proposal,
  ProposeOptions,
  Question,
  Reply,
} from "../lmm";
import { DEFAULT_DOMAIN, PROMPT_DOMAINS } from "../prompts/prompt-domains";
import { renderPrompt } from "../prompts/render-prompt";
import { guardPrompt } from "../prompts/sanitise";
import {
  ANSWER_FORM,
  ANSWER_SCHEMA,
  choiceSchema,
  isForeignScript,
  readChoice,
  readJsonAnswer,
  readProseAnswer,
  type Answer,
} from "../read-answer";
import { Calls, pause, waitFor } from "./calls";
import { askCanary, canaryPasses, defaultCanaryPhotos, type CanaryAnswer } from "./canary";
import { chat, type ChatAnswer, type ChatCall } from "./chat";
import { CircuitBreaker } from "./circuit-breaker";
import { badAnswer, CallFailure, toCallFailure, type Remedy } from "./failure";
import { linkSignals } from "./link-signals";
import { listModels, type ListedModel } from "./list-models";
import { loadModel } from "./load-model";
import {
  isLoaded,
  quick,
  readFacts,
  readIdentity,
  requireVision,
  type ModelFacts,
} from "./model-facts";
import { pullModel, type PullOptions } from "./pull-model";
import { resolveSettings, type OllamaSettings } from "./settings";
import { readChoiceProbabilities } from "./token-probabilities";

/** What a status line can tell. */
export type OllamaState =
  | { readonly kind: "idle" }
  | { readonly kind: "loading" }
  /** The canary photos are being shown. */
  | { readonly kind: "checking" }
  | { readonly kind: "ready"; readonly model: LmmIdentity }
  | { readonly kind: "blind"; readonly error: TlacError }
  /** Calls fail at once until `retryAt` (ms since 1970). */
  | { readonly kind: "breaker-open"; readonly retryAt: number; readonly error: TlacError }
  | { readonly kind: "breaker-half-open" }
  | { readonly kind: "failed"; readonly error: TlacError };

/** What the check of the dialog tells when all is well. */
export interface VisionCheck {
  readonly model: LmmIdentity;
  /** What was said about the canary photos. */
  readonly answers: readonly CanaryAnswer[];
}

/** An LMM served by Ollama. */
export interface OllamaLmm extends Lmm {
  readonly ask: (question: Question, options?: AskOptions) => Promise<Reply>;
  readonly state: OllamaState;
  /** Calls back on each change; returns the function that ends it. */
  onState(listener: (state: OllamaState) => void): () => void;
  /** Loads the model and shows it the canary; what a first message would wait for. */
  warmUp(signal?: AbortSignal): Promise<void>;
  /** Shows the canary again. Throws `LMM_NO_VISION`, `LMM_BLIND` and whatever a call throws. */
  checkVision(signal?: AbortSignal): Promise<VisionCheck>;
  version(signal?: AbortSignal): Promise<string>;
  listModels(signal?: AbortSignal): Promise<ListedModel[]>;
  pull(model: string, options?: PullOptions): Promise<void>;
  /** Ends every request; whoever waits gets `CLOSED`. */
  close(): Promise<void>;
}

/** Opens no connection yet. Throws `BAD_CONFIG` for a host that is none. */
export function createOllama(settings: OllamaSettings): OllamaLmm {
  return new OllamaClient(settings);
}

/**
 * Longest side, in pixels, of the last attempt at an image that the model's process dies of:
 * large ones are what it dies of most, and the tower of LLaVA sees no more than 336 at once.
 */
const SMALL_SIDE = 448;

/** Role names and marks around a message, and the system text that some models bring along. */
const CHAT_TEMPLATE_TOKENS = 100;

/** What changes from one attempt at a question to the next. */
interface Attempt {
  /** 0, and one more with each other seed. */
  readonly number: number;
  /** JPEG bytes of the question's frame, smaller where the model did not survive it. */
  readonly image: Uint8Array | undefined;
}

type Work<T> = (facts: ModelFacts, attempt: Attempt, signal: AbortSignal) => Promise<T>;

/** A loaded model is not looked for again within this time after an answer, in ms. */
const LOADED_TRUST_MS = 10_000;

/** The last canary and what it was shown to. */
interface CanaryRun {
  readonly key: string;
  readonly answers: readonly CanaryAnswer[];
  readonly passed: boolean;
  /** Of the monotonic clock, ms. */
  readonly at: number;
}

class OllamaClient implements OllamaLmm {
  private readonly calls: Calls;
  private readonly breaker: CircuitBreaker;
  private readonly life = new AbortController();
  private readonly listeners = new Set<(state: OllamaState) => void>();
  private current: OllamaState = { kind: "idle" };

  private facts: ModelFacts | undefined;
  private factsAt = -Infinity;
  private loadedAt = -Infinity;
  private canary: CanaryRun | undefined;
  private preparing: Promise<ModelFacts> | undefined;
  private loading = false;

  /** This server or model refuses or ignores schemas: no second call is spent on hoping. */
  private readonly habits = { refusesFormat: false, writesProse: false };

  constructor(settings: OllamaSettings) {
    this.calls = new Calls(resolveSettings(settings));
    const { breakerThreshold, breakerMs } = this.calls.settings.pace;
    this.breaker = new CircuitBreaker({
      threshold: breakerThreshold,
      pauseMs: breakerMs,
      maxPauseMs: breakerMs * 16,
    });
  }

  get state(): OllamaState {
    return this.current;
  }

  onState(listener: (state: OllamaState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  propose(frame: Frame, prompt: string, options: ProposeOptions = {}): Promise<Proposal> {
    const started = performance.now();
    const question = this.toQuestion(prompt);
    const asJson = (options.answer ?? this.calls.settings.answer) === "json";
    const work: Work<Proposal> = async (facts, { number, image }, signal) => {
      const call: ChatCall = {
        prompt: asJson ? `${question}\n\n${ANSWER_FORM}` : question,
        attempt: number,
        ...(image ? { image } : {}),
        ...(asJson && !this.habits.refusesFormat ? { format: ANSWER_SCHEMA } : {}),
      };
      const answered = await chat(this.calls, call, facts, signal);
      const answer = asJson
        ? this.readAnswer(answered.content, number)
        : readProseAnswer(answered.content);
      if (!answer) throw badAnswer("lmm.answer-unreadable", this.calls.context, answered.content);
      this.refuseForeign(`${answer.candidates[0]?.name ?? ""} ${answer.description}`, question);
      return { ...answer, ...this.toRecord(answered, facts, started) };
    };
    return this.attempt(options.signal, work, { frame });
  }

  readonly ask = (question: Question, options: AskOptions = {}): Promise<Reply> => {
    const started = performance.now();
    const { choices, frame, maxTokens } = question;
    const prompt = guardPrompt(question.prompt);
    const format = choices ? choiceSchema(choices) : question.schema;
    const work: Work<Reply> = async (facts, { number, image }, signal) => {
      const call: ChatCall = {
        prompt,
        attempt: number,
        ...(image ? { image } : {}),
        ...(choices ? { logprobs: true } : {}),
        ...(format && !this.habits.refusesFormat ? { format } : {}),
        ...(maxTokens ? { maxTokens } : {}),
      };
      const answered = await chat(this.calls, call, facts, signal);
      const record = this.toRecord(answered, facts, started);
      if (!choices) {
        this.refuseForeign(answered.content, prompt);
        return { text: answered.content.trim(), ...record };
      }
      const text = readChoice(answered.content, choices);
      if (text === null) {
        throw badAnswer("lmm.answer-unreadable", this.calls.context, answered.content);
      }
      const probabilities = readChoiceProbabilities(answered.tokens, choices);
      return { text, ...record, ...(probabilities ? { probabilities } : {}) };
    };
    return this.attempt(options.signal, work, frame ? { frame } : {});
  };

  /** What `num_ctx` leaves beside the answer and the chat template around a question. */
  get questionTokens(): number {
    const { numCtx, numPredict } = this.calls.settings;
    return numCtx - numPredict - CHAT_TEMPLATE_TOKENS;
  }

  async warmUp(signal?: AbortSignal): Promise<void> {
    await this.attempt(signal, () => Promise.resolve(), { totalMs: Infinity });
  }

  async checkVision(signal?: AbortSignal): Promise<VisionCheck> {
    this.canary = undefined;
    this.factsAt = -Infinity;
    const options = { totalMs: Infinity };
    const facts = await this.attempt(signal, (known) => Promise.resolve(known), options);
    // `attempt` has run the canary anew; without the setting it has to be asked for.
    const answers = this.shownTo(facts)?.answers ?? (await this.showCanary(facts));
    if (!canaryPasses(answers)) throw this.blindness(answers);
    return { model: this.toIdentity(facts), answers };
  }

  async version(signal?: AbortSignal): Promise<string> {
    return this.once(signal, async (ended) => {
      const { version } = await quick(this.calls, ended, (client) => client.version());
      return version;
    });
  }

  listModels(signal?: AbortSignal): Promise<ListedModel[]> {
    return this.once(signal, (ended) => listModels(this.calls, ended));
  }

  async pull(model: string, { onProgress, signal }: PullOptions = {}): Promise<void> {
    await this.once(signal, (ended) => pullModel(this.calls, model, ended, onProgress));
    this.factsAt = -Infinity;
  }

  async close(): Promise<void> {
    this.life.abort(new TlacError("CLOSED", "tlac.closed"));
    await this.preparing?.catch(() => undefined);
    this.listeners.clear();
    await this.calls.close();
  }

  /** A caller's prompt as it is, a domain's name as its text, nothing as the settings' prompt. */
  private toQuestion(prompt: string): string {
    const text = prompt.trim();
    if (text === "") return renderPrompt(this.calls.settings.prompt || DEFAULT_DOMAIN);
    return PROMPT_DOMAINS.some(({ name }) => name === text)
      ? renderPrompt(text)
      : guardPrompt(text);
  }

  /** JSON; prose only after a second attempt, or where JSON never came before. */
  private readAnswer(content: string, attempt: number): Answer | null {
    const answer = readJsonAnswer(content);
    if (answer) {
      this.habits.writesProse = false;
      return answer;
    }
    if (attempt === 0 && !this.habits.writesProse) return null;
    const prose = readProseAnswer(content);
    if (prose) this.habits.writesProse = true;
    return prose;
  }

  private refuseForeign(answer: string, prompt: string): void {
    if (isForeignScript(answer, prompt)) {
      throw badAnswer("lmm.answer-foreign", this.calls.context, answer);
    }
  }

  private toRecord(
    { content, timings }: ChatAnswer,
    facts: ModelFacts,
    started: number,
  ): Pick<Reply, "raw" | "model" | "timings"> {
    return {
      raw: content,
      model: this.toIdentity(facts),
      timings: { ...timings, total: performance.now() - started },
    };
  }

  private toIdentity({ digest, version }: ModelFacts): LmmIdentity {
    return { name: this.calls.settings.model, version, ...(digest ? { digest } : {}) };
  }

  /** One request on its own, for dialogs: no retry, no breaker, its failure as it is. */
  private async once<T>(
    signal: AbortSignal | undefined,
    work: (ended: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { signal: ended, release } = linkSignals(this.life.signal, signal);
    try {
      return await work(ended);
    } catch (thrown) {
      throw this.toOutcome(thrown, ended, signal);
    } finally {
      release();
    }
  }

  /**
   * Runs `work` with a prepared model and repeats it as far as repeating can heal. Throws only
   * `TlacError`.
   */
  private async attempt<T>(
    signal: AbortSignal | undefined,
    work: Work<T>,
    options: { readonly totalMs?: number; readonly frame?: Frame },
  ): Promise<T> {
    const { totalMs = this.calls.settings.deadlines.totalMs, frame } = options;
    if (this.calls.settings.model === "") {
      throw new TlacError("BAD_CONFIG", "lmm.no-model", { host: this.calls.context.host });
    }
    if (this.life.signal.aborted || signal?.aborted) throw new TlacError("CLOSED", "tlac.closed");
    const probing = this.breaker.state !== "closed";
    if (!this.breaker.tryEnter()) throw this.paused();
    if (probing) this.setState({ kind: "breaker-half-open" });

    const budget = new AbortController();
    const timer = Number.isFinite(totalMs)
      ? setTimeout(() => {
          const key = this.loading ? "lmm.timeout-loading" : "lmm.timeout-total";
          budget.abort(this.calls.timeout(key, totalMs));
        }, totalMs)
      : undefined;
    const { signal: ended, release } = linkSignals(this.life.signal, signal, budget.signal);
    try {
      const result = await this.repeat(work, frame, ended, probing);
      this.breaker.succeed();
      this.loadedAt = performance.now();
      if (this.facts) this.setState({ kind: "ready", model: this.toIdentity(this.facts) });
      return result;
    } catch (thrown) {
      const failure = this.toOutcome(thrown, ended, signal);
      this.reportFailure(failure, thrown);
      throw failure;
    } finally {
      clearTimeout(timer);
      release();
    }
  }

  private async repeat<T>(
    work: Work<T>,
    frame: Frame | undefined,
    signal: AbortSignal,
    probing: boolean,
  ): Promise<T> {
    const { retryMs, crashMs } = this.calls.settings.pace;
    const left: Record<Remedy, number> = {
      wait: probing ? 0 : retryMs.length,
      crash: 1,
      reseed: 1,
      plain: this.habits.refusesFormat ? 0 : 1,
      never: 0,
    };
    let number = 0;
    let image: Uint8Array | undefined = frame?.jpeg;
    for (;;) {
      let asked = false;
      try {
        const facts = await waitFor(this.prepare(), signal);
        asked = true;
        return await work(facts, { number, image }, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const failure = toCallFailure(thrown, this.calls.context);
        const { remedy } = failure;
        if (left[remedy] === 0) {
          const mayBeImage = remedy === "crash" && asked && image === frame?.jpeg;
          if (!mayBeImage || !frame || Math.max(frame.width, frame.height) <= SMALL_SIDE) {
            throw failure;
          }
          image = await shrinkJpeg(frame.jpeg, SMALL_SIDE);
        } else {
          left[remedy] -= 1;
        }
        if (remedy === "reseed") number += 1;
        if (remedy === "plain") this.habits.refusesFormat = true;
        if (remedy === "wait" || remedy === "crash") {
          this.forgetServer();
          const ms = remedy === "crash" ? crashMs : retryMs.at(-1 - left.wait);
          await pause(ms ?? 0, signal);
        }
      }
    }
  }

  /** One preparation for all that wait for it; it goes on when they leave, and ends by `close`. */
  private prepare(): Promise<ModelFacts> {
    this.preparing ??= this.runPreparation().finally(() => {
      this.preparing = undefined;
    });
    return this.preparing;
  }

  private async runPreparation(): Promise<ModelFacts> {
    const facts = await this.learnFacts();
    requireVision(facts, this.calls);
    await this.ensureLoaded();
    await this.ensureSeeing(facts);
    return facts;
  }

  private async learnFacts(): Promise<ModelFacts> {
    const { pace } = this.calls.settings;
    if (this.facts && performance.now() - this.factsAt < pace.factsMs) return this.facts;
    const { signal } = this.life;
    const known = this.facts;
    const now = known && (await readIdentity(this.calls, signal));
    // The same server and model as before: what they can do has not changed.
    if (
      now?.digest === undefined ||
      now.digest !== known?.digest ||
      now.version !== known.version
    ) {
      this.facts = undefined;
      this.facts = await readFacts(this.calls, signal);
      this.habits.refusesFormat = false;
      this.habits.writesProse = false;
    }
    this.factsAt = performance.now();
    return this.facts ?? readFacts(this.calls, signal);
  }

  private async ensureLoaded(): Promise<void> {
    const { keepAlive } = this.calls.settings;
    // With nothing kept, a call without messages would unload the model.
    if (keepAlive === 0 || keepAlive === "0" || /^0+[a-z]+$/.test(String(keepAlive))) return;
    if (performance.now() - this.loadedAt < LOADED_TRUST_MS) return;
    const { signal } = this.life;
    if (!(await isLoaded(this.calls, signal))) this.setState({ kind: "loading" });
    this.loading = true;
    try {
      await loadModel(this.calls, signal);
    } finally {
      this.loading = false;
    }
    this.loadedAt = performance.now();
  }

  private async ensureSeeing(facts: ModelFacts): Promise<void> {
    const { canary, pace } = this.calls.settings;
    if (!canary) return;
    const known = this.shownTo(facts);
    if (known?.passed) return;
    if (known && performance.now() - known.at < pace.blindMs) throw this.blindness(known.answers);
    const answers = await this.showCanary(facts);
    const passed = canaryPasses(answers);
    this.canary = { key: canaryKey(facts), answers, passed, at: performance.now() };
    if (!passed) throw this.blindness(answers);
  }

  private shownTo(facts: ModelFacts): CanaryRun | undefined {
    return this.canary?.key === canaryKey(facts) ? this.canary : undefined;
  }

  private showCanary(facts: ModelFacts): Promise<CanaryAnswer[]> {
    const { canaryPhotos } = this.calls.settings;
    this.setState({ kind: "checking" });
    return askCanary(canaryPhotos ?? defaultCanaryPhotos(), async (image) => {
      // In prose, so that sight is judged and not the skill of writing JSON.
      const prompt = renderPrompt(DEFAULT_DOMAIN);
      try {
        const { signal } = this.life;
        const { content } = await chat(this.calls, { prompt, image, attempt: 0 }, facts, signal);
        return content;
      } catch (thrown) {
        // Nothing usable is an answer too: that of a model which does not see.
        if (thrown instanceof CallFailure && thrown.error.code === "LMM_BAD_ANSWER") return null;
        throw thrown;
      }
    });
  }

  private blindness(answers: readonly CanaryAnswer[]): TlacError {
    return new TlacError("LMM_BLIND", "lmm.blind", {
      ...this.calls.context,
      version: this.facts?.version ?? "?",
      expected: answers.map(({ expected }) => expected[0] ?? "?").join(", "),
      answers: answers
        .map(({ answer }) => `“${answer.replace(/\s+/g, " ").slice(0, 80)}”`)
        .join(", "),
    });
  }

  private forgetServer(): void {
    this.factsAt = -Infinity;
    this.loadedAt = -Infinity;
  }

  private paused(): TlacError {
    return new TlacError("LMM_UNREACHABLE", "lmm.paused", {
      ...this.calls.context,
      seconds: Math.ceil(this.breaker.waitMs / 1_000),
    });
  }

  /** `CLOSED` by the caller's signal or by `close`, a deadline, or the failure itself. */
  private toOutcome(
    thrown: unknown,
    ended: AbortSignal,
    signal: AbortSignal | undefined,
  ): TlacError {
    if (this.life.signal.aborted || signal?.aborted) return new TlacError("CLOSED", "tlac.closed");
    if (ended.aborted) return toCallFailure(ended.reason, this.calls.context).error;
    return toCallFailure(thrown, this.calls.context).error;
  }

  private reportFailure(error: TlacError, thrown: unknown): void {
    if (error.code === "CLOSED") {
      this.breaker.abandon();
      return;
    }
    const remedy = thrown instanceof CallFailure ? thrown.remedy : "never";
    const isDown = error.code === "LMM_UNREACHABLE" && (remedy === "wait" || remedy === "crash");
    if (isDown) this.breaker.fail();
    else if (error.code === "LMM_TIMEOUT") this.breaker.abandon();
    else this.breaker.succeed();
    if (error.code !== "LMM_BAD_ANSWER") this.forgetServer();
    if (error.code === "LMM_BLIND") this.setState({ kind: "blind", error });
    else if (this.breaker.state === "open") {
      const retryAt = Date.now() + this.breaker.waitMs;
      this.setState({ kind: "breaker-open", retryAt, error });
    } else this.setState({ kind: "failed", error });
  }

  private setState(state: OllamaState): void {
    const isSame = state.kind === this.current.kind && state.kind !== "breaker-open";
    this.current = state;
    if (isSame && state.kind !== "failed" && state.kind !== "ready") return;
    for (const listener of this.listeners) listener(state);
  }
}

/** A canary's verdict holds for one build of one model on one version of the server. */
function canaryKey({ version, digest }: ModelFacts): string {
  return `${version} ${digest ?? ""}`;
}
