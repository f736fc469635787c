import { waitFor, withDeadline } from "../../async/waits";
import type { LmmIdentity } from "../lmm";
import { timeout } from "./calls";
import { blindness, canaryPasses } from "./canary";
import type { Engine } from "./engine";
import type { FailureContext } from "./failure";
import { MAX_LOAD_DEADLINES, type Deadlines, type Pace } from "./limits";
import type { Look } from "./look";
import type { StateBoard } from "./server-state";

/** What a server tells about itself and its model; a part that it does not tell is absent. */
export interface ServerFacts {
  readonly version?: string;
  /** Which server of several that speak alike, such as "vLLM". */
  readonly server?: string;
  /** Changes whenever the model behind the name does. */
  readonly digest?: string;
  /** It would think aloud before it answers, unless told not to. */
  readonly thinking: boolean;
  /** The server tells token probabilities. */
  readonly logprobs: boolean;
  /** As far as is known, the model reads what stands before the conversation. */
  readonly system: boolean;
  /** Of question and answer together. */
  readonly contextTokens?: number;
}

/** How a server is made ready. Each step ends with its signal. */
export interface ReadinessSteps extends Pick<
  Engine,
  "awaitServer" | "learn" | "load" | "staysLoaded"
> {
  /** Shows the canary photos. */
  look(facts: ServerFacts, signal: AbortSignal): Promise<Look>;
}

export interface ReadinessOptions {
  readonly model: string;
  readonly context: FailureContext;
  readonly deadlines: Deadlines;
  readonly pace: Pace;
  /** Whether the model has to prove that it sees. */
  readonly canary: boolean;
  readonly state: StateBoard;
  /** Of the client: ends a preparation for good. */
  readonly life: AbortSignal;
}

/** A loaded model is not looked for again within this time after an answer, in ms. */
const LOADED_TRUST_MS = 10_000;

/** The last canary and what it was shown to. */
interface CanaryRun extends Look {
  readonly key: string;
  readonly passed: boolean;
  /** Of the monotonic clock, ms. */
  readonly at: number;
}

/**
 * Knows whether a server's model can be asked: which it is, that it is loaded, that it sees. One
 * preparation serves all who wait for it and goes on when they leave, because whoever hangs up on
 * a loading server stops the load. Each of its steps has a time of its own, so it always ends.
 */
export class Readiness {
  private facts: ServerFacts | undefined;
  private factsAt = -Infinity;
  private loadedAt = -Infinity;
  private canary: CanaryRun | undefined;
  private preparing: Promise<ServerFacts> | undefined;
  private loading = false;

  constructor(
    private readonly steps: ReadinessSteps,
    private readonly options: ReadinessOptions,
  ) {}

  /** True while the model is on its way into memory. */
  get isLoading(): boolean {
    return this.loading;
  }

  /** What the server has told; undefined before the first preparation. */
  get known(): ServerFacts | undefined {
    return this.facts;
  }

  /** Which model answers; undefined before the first preparation. */
  get identity(): LmmIdentity | undefined {
    return this.facts && toIdentity(this.options.model, this.facts);
  }

  /** Resolves once the model can be asked. The signal ends the waiting, not the preparation. */
  prepare(signal: AbortSignal): Promise<ServerFacts> {
    this.preparing ??= this.run().finally(() => {
      this.preparing = undefined;
    });
    return waitFor(this.preparing, signal);
  }

  /** The model has answered just now, so it is loaded. */
  noteAnswer(): void {
    this.loadedAt = performance.now();
  }

  /** Something went wrong: nothing is taken for known any more. */
  forget(): void {
    this.factsAt = -Infinity;
    this.loadedAt = -Infinity;
  }

  private async run(): Promise<ServerFacts> {
    const { awaitServer, load, staysLoaded } = this.steps;
    const trustMs = staysLoaded ? Infinity : LOADED_TRUST_MS;
    const isLoaded = performance.now() - this.loadedAt < trustMs;
    if (!isLoaded && awaitServer) await this.wait(awaitServer);
    const facts = await this.learn();
    if (!isLoaded) {
      await this.wait(load);
      this.loadedAt = performance.now();
    }
    const look = await this.see(facts);
    return look ? { ...facts, system: facts.system && look.system } : facts;
  }

  private async learn(): Promise<ServerFacts> {
    const { pace, life } = this.options;
    if (this.facts && performance.now() - this.factsAt < pace.factsMs) return this.facts;
    this.facts = await this.steps.learn(this.facts, life);
    this.factsAt = performance.now();
    return this.facts;
  }

  private async wait(step: Engine["load"]): Promise<void> {
    const { deadlines, context, life, state } = this.options;
    const ms = deadlines.loadMs * MAX_LOAD_DEADLINES;
    const late = (): Error => timeout(context, "lmm.load-stalled", ms);
    this.loading = true;
    try {
      await withDeadline({ ms, late, signals: [life] }, (signal) =>
        step(signal, () => {
          state.set({ kind: "loading" });
        }),
      );
    } finally {
      this.loading = false;
    }
  }

  /** Undefined: nobody wants to know. Throws `LMM_BLIND`. */
  private async see(facts: ServerFacts): Promise<Look | undefined> {
    const { canary, context, deadlines, pace, life, state } = this.options;
    if (!canary) return undefined;
    const key = `${facts.version ?? ""} ${facts.digest ?? ""}`;
    const known = this.canary?.key === key ? this.canary : undefined;
    if (known?.passed) return known;
    if (known && performance.now() - known.at < pace.blindMs) {
      throw blindness(context, facts.version ?? "", known.answers);
    }
    state.set({ kind: "checking" });
    const ms = deadlines.totalMs;
    const late = (): Error => timeout(context, "lmm.timeout-canary", ms);
    const look = await withDeadline({ ms, late, signals: [life] }, (signal) =>
      this.steps.look(facts, signal),
    );
    const passed = canaryPasses(look.answers);
    this.canary = { ...look, key, passed, at: performance.now() };
    if (!passed) throw blindness(context, facts.version ?? "", look.answers);
    return look;
  }
}

export function toIdentity(model: string, { digest, version }: ServerFacts): LmmIdentity {
  return { name: model, ...(version ? { version } : {}), ...(digest ? { digest } : {}) };
}
