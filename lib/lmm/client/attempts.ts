import { pause, withDeadline } from "../../async/waits";
import { TlacError } from "../../errors";
import type { Frame } from "../../frame/frame";
import { timeout } from "./calls";
import { CircuitBreaker } from "./circuit-breaker";
import type { FailureContext, NameFailure, Remedy } from "./failure";
import type { Pace } from "./limits";
import type { Readiness, ServerFacts } from "./readiness";
import type { StateBoard } from "./server-state";

/**
 * Longest side, in pixels, of the last attempt at an image that the model's process dies of:
 * large ones are what it dies of most, and the tower of LLaVA sees no more than 336 at once.
 */
const SMALL_SIDE = 448;

/** What changes from one attempt at a question to the next. */
export interface Attempt {
  /** 0, and one more with each other seed. */
  readonly number: number;
  /** The server has refused the schema: the question goes without one. */
  readonly plain: boolean;
  /** JPEG bytes of the question's frame, smaller where the model did not survive it. */
  readonly image: Uint8Array | undefined;
}

export type Work<T> = (facts: ServerFacts, attempt: Attempt, signal: AbortSignal) => Promise<T>;

export interface AttemptsOptions {
  readonly readiness: Readiness;
  readonly state: StateBoard;
  readonly context: FailureContext;
  readonly nameFailure: NameFailure;
  readonly pace: Pace;
  /** Longest side in pixels of the images that are sent. */
  readonly imageSide: number;
  /** Milliseconds that one piece of work waits in all, unless it says otherwise. */
  readonly totalMs: number;
  /** Of the client: ends everything. */
  readonly life: AbortSignal;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. */
  readonly totalMs?: number;
  readonly frame?: Frame | undefined;
}

/** What ends the attempts at a question. */
interface Bounds {
  readonly signal: AbortSignal;
  /** By `performance.now()`. */
  readonly until: number;
  /** The server was down: one attempt tells whether it still is. */
  readonly probing: boolean;
}

/** Repeats what repeating can heal, and leaves a server alone that is down. */
export class Attempts {
  private readonly breaker: CircuitBreaker;

  constructor(private readonly options: AttemptsOptions) {
    const { breakerThreshold: threshold, breakerMs: pauseMs } = options.pace;
    this.breaker = new CircuitBreaker({ threshold, pauseMs, maxPauseMs: pauseMs * 16 });
  }

  /**
   * Runs `work` with a prepared model and repeats it as far as that can heal. Throws only
   * `TlacError`: `CLOSED` by the caller's signal or by the client's end, a deadline, a failure.
   */
  async run<T>(work: Work<T>, options: RunOptions = {}): Promise<T> {
    const { readiness, state, life, context } = this.options;
    const { signal, frame, totalMs: ms = this.options.totalMs } = options;
    if (isOver(life, signal)) throw closed();
    const probing = this.breaker.state !== "closed";
    if (!this.breaker.tryEnter()) throw this.paused();
    if (probing) state.set({ kind: "breaker-half-open" });
    const late = (): Error => {
      const key = readiness.isLoading ? "lmm.timeout-loading" : "lmm.timeout-total";
      return timeout(context, key, ms);
    };
    try {
      const until = performance.now() + ms;
      const result = await withDeadline({ ms, late, signals: [life, signal] }, (ended) =>
        this.repeat(work, frame, { signal: ended, until, probing }),
      );
      this.breaker.succeed();
      readiness.noteAnswer();
      const model = readiness.identity;
      if (model) state.set({ kind: "ready", model });
      return result;
    } catch (thrown) {
      const failure = this.options.nameFailure(thrown, context);
      const error = isOver(life, signal) ? closed() : failure.error;
      this.report(error, failure.remedy, probing);
      throw error;
    }
  }

  private async repeat<T>(
    work: Work<T>,
    frame: Frame | undefined,
    { signal, until, probing }: Bounds,
  ): Promise<T> {
    const { readiness, pace, context, nameFailure } = this.options;
    const { retryMs, crashMs } = pace;
    const left: Record<Remedy, number> = {
      wait: probing ? 0 : retryMs.length,
      crash: 1,
      reseed: 1,
      plain: 1,
      never: 0,
    };
    let number = 0;
    let plain = false;
    // Nothing that the model could use is lost.
    const whole = await frame?.jpegOf(this.options.imageSide);
    let image: Uint8Array | undefined = whole;
    for (;;) {
      let asked = false;
      try {
        const facts = await readiness.prepare(signal);
        asked = true;
        return await work(facts, { number, plain, image }, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const failure = nameFailure(thrown, context);
        const { remedy } = failure;
        if (left[remedy] === 0) {
          const mayBeImage = remedy === "crash" && asked && image === whole;
          if (!mayBeImage || !frame || this.sideOf(frame) <= SMALL_SIDE) {
            throw failure;
          }
          image = await frame.jpegOf(SMALL_SIDE);
        } else {
          left[remedy] -= 1;
        }
        if (remedy === "reseed") number += 1;
        if (remedy === "plain") plain = true;
        if (remedy === "wait" || remedy === "crash") {
          readiness.forget();
          const own = remedy === "crash" ? crashMs : retryMs.at(-1 - left.wait);
          const ms = Math.max(own ?? 0, failure.retryAfterMs);
          // Told to come back when nobody waits any more: the failure is known by now.
          if (performance.now() + ms >= until) throw failure;
          await pause(ms, signal);
        }
      }
    }
  }

  /** Longest side of what is sent first. */
  private sideOf({ width, height }: Frame): number {
    return Math.min(Math.max(width, height), this.options.imageSide);
  }

  private paused(): TlacError {
    return new TlacError("LMM_UNREACHABLE", "lmm.paused", {
      ...this.options.context.params,
      seconds: Math.ceil(this.breaker.waitMs / 1_000),
    });
  }

  private report(error: TlacError, remedy: Remedy, probing: boolean): void {
    const { readiness, state } = this.options;
    // Neither tells anything of the server. Another's probe is not this one's to give up.
    const isSilent = error.code === "CLOSED" || error.code === "LMM_TIMEOUT";
    if (isSilent && probing) this.breaker.abandon();
    if (error.code === "CLOSED") return;
    const isDown = error.code === "LMM_UNREACHABLE" && (remedy === "wait" || remedy === "crash");
    if (isDown) this.breaker.fail();
    else if (!isSilent) this.breaker.succeed();
    if (error.code !== "LMM_BAD_ANSWER") readiness.forget();
    if (error.code === "LMM_BLIND") state.set({ kind: "blind", error });
    else if (this.breaker.state === "open") {
      const retryAt = performance.now() + this.breaker.waitMs;
      state.set({ kind: "breaker-open", retryAt, error });
    } else state.set({ kind: "failed", error });
  }
}

function isOver(life: AbortSignal, signal: AbortSignal | undefined): boolean {
  return life.aborted || signal?.aborted === true;
}

export function closed(): TlacError {
  return new TlacError("CLOSED", "tlac.closed");
}
