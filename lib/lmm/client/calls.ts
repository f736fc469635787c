import { linkSignals } from "../../async/link-signals";
import { pause, waitFor } from "../../async/waits";
import { TlacError } from "../../errors";
import { CallFailure, type FailureContext, type NameFailure } from "./failure";
import type { RequestOptions } from "./transport";

/** Bytes of one answer, token probabilities included. */
const MAX_ANSWER_BYTES = 4_000_000;

/**
 * Milliseconds that an answer which has told its last line may take to end. A server ends it at
 * once, and its connection then serves the next call; one that does not is hung up on.
 */
const END_MS = 250;

const HUNG_UP = new Error("hung up");

export interface CallLimits {
  /** Ends the call at any stage. */
  readonly signal: AbortSignal;
  /** Milliseconds until the head of the answer, for questions that need no model. */
  readonly headMs?: number;
  /** Milliseconds from the head of the answer to its end. */
  readonly answerMs?: number;
  readonly maxBytes?: number;
}

/**
 * Single calls to one server, each within its limits and with its failures named. `C` is the
 * library's client for one request.
 */
export class Calls<C> {
  constructor(
    readonly context: FailureContext,
    private readonly open: (options: RequestOptions) => Promise<C>,
    private readonly nameFailure: NameFailure,
  ) {}

  /**
   * Runs one request. Rejects with the signal's reason once that is aborted, else with a
   * `CallFailure`. However it ends, the HTTP request is over; the work may hang up before it is
   * done, which fails whatever it still waits for.
   */
  async run<T>(
    limits: CallLimits,
    work: (client: C, hangUp: () => void) => Promise<T>,
  ): Promise<T> {
    const { signal, headMs, answerMs, maxBytes = MAX_ANSWER_BYTES } = limits;
    signal.throwIfAborted();
    const ender = new AbortController();
    let timer = startTimer(headMs, () => {
      ender.abort(this.silence(headMs ?? 0));
    });
    const onHead = (): void => {
      clearTimeout(timer);
      timer = startTimer(answerMs, () => {
        ender.abort(timeout(this.context, "lmm.timeout-answer", answerMs ?? 0));
      });
    };
    const ended = linkSignals(signal, ender.signal);
    const end = new AbortController();
    const onEnd = (): void => {
      end.abort();
    };
    try {
      const options = { signal: ended.signal, maxBytes, onHead, onEnd };
      const client = await waitFor(this.open(options), ended.signal);
      const result = await work(client, () => {
        ender.abort(HUNG_UP);
      });
      const over = linkSignals(ended.signal, end.signal);
      await pause(END_MS, over.signal).catch(() => undefined);
      over.release();
      return result;
    } catch (thrown) {
      signal.throwIfAborted();
      const failure: unknown = ender.signal.aborted ? ender.signal.reason : thrown;
      throw this.nameFailure(failure, this.context);
    } finally {
      clearTimeout(timer);
      ender.abort();
      ended.release();
    }
  }

  /** A server that is starting accepts a connection and says nothing. */
  private silence(ms: number): CallFailure {
    const seconds = Math.round(ms / 100) / 10;
    const error = new TlacError("LMM_UNREACHABLE", "lmm.silent", {
      ...this.context.params,
      seconds,
    });
    return new CallFailure(error, "wait", false);
  }
}

/** A deadline that has passed, as a flow will see it. */
export function timeout(
  context: FailureContext,
  key:
    | "lmm.timeout-answer"
    | "lmm.timeout-total"
    | "lmm.timeout-loading"
    | "lmm.timeout-canary"
    | "lmm.load-stalled"
    | "lmm.pull-stalled",
  ms: number,
): TlacError {
  return new TlacError("LMM_TIMEOUT", key, {
    ...context.params,
    seconds: Math.round(ms / 100) / 10,
    detail: `${Math.round(ms / 1_000)} s`,
  });
}

function startTimer(ms: number | undefined, fire: () => void): NodeJS.Timeout | undefined {
  return ms === undefined ? undefined : setTimeout(fire, ms);
}
