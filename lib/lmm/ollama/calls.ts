import { setTimeout as sleep } from "node:timers/promises";

import type { Ollama } from "ollama";

import { TlacError } from "../../errors";
import { CallFailure, toCallFailure, type FailureContext } from "./failure";
import { linkSignals } from "./link-signals";
import type { ResolvedSettings } from "./settings";
import { Transport } from "./transport";

/** Bytes of one answer, token probabilities included. */
const MAX_ANSWER_BYTES = 4_000_000;

/**
 * Milliseconds that an answer which has told its last line may take to end. A server ends it at
 * once, and its connection then serves the next call; one that does not is hung up on.
 */
const END_MS = 250;

export interface CallLimits {
  /** Ends the call at any stage. */
  readonly signal: AbortSignal;
  /** Milliseconds until the head of the answer, for questions that need no model. */
  readonly headMs?: number;
  /** Milliseconds from the head of the answer to its end. */
  readonly answerMs?: number;
  readonly maxBytes?: number;
}

/** Single calls to one server, each within its limits and with its failures named. */
export class Calls {
  readonly context: FailureContext;
  private readonly transport: Transport;

  constructor(readonly settings: ResolvedSettings) {
    const { address, headers, deadlines, model, numCtx } = settings;
    this.context = { host: address.url, model, numCtx };
    this.transport = new Transport(address.url, headers, deadlines.connectMs);
  }

  /**
   * Runs one request. Rejects with the signal's reason once that is aborted, else with a
   * `CallFailure`. However it ends, the HTTP request is over.
   */
  async run<T>(limits: CallLimits, work: (client: Ollama) => Promise<T>): Promise<T> {
    const { signal, headMs, answerMs, maxBytes = MAX_ANSWER_BYTES } = limits;
    signal.throwIfAborted();
    const ender = new AbortController();
    let timer = startTimer(headMs, () => {
      ender.abort(this.silence(headMs ?? 0));
    });
    const onHead = (): void => {
      clearTimeout(timer);
      timer = startTimer(answerMs, () => {
        ender.abort(this.timeout("lmm.timeout-answer", answerMs ?? 0));
      });
    };
    const ended = linkSignals(signal, ender.signal);
    const end = new AbortController();
    const onEnd = (): void => {
      end.abort();
    };
    try {
      const options = { signal: ended.signal, maxBytes, onHead, onEnd };
      const result = await work(this.transport.client(options));
      const over = linkSignals(ended.signal, end.signal);
      await pause(END_MS, over.signal).catch(() => undefined);
      over.release();
      return result;
    } catch (thrown) {
      signal.throwIfAborted();
      throw toCallFailure(ender.signal.aborted ? ender.signal.reason : thrown, this.context);
    } finally {
      clearTimeout(timer);
      ender.abort();
      ended.release();
    }
  }

  timeout(
    key: "lmm.timeout-answer" | "lmm.timeout-total" | "lmm.timeout-loading" | "lmm.load-stalled",
    ms: number,
  ): TlacError {
    return new TlacError("LMM_TIMEOUT", key, {
      ...this.context,
      seconds: Math.round(ms / 100) / 10,
      detail: `${Math.round(ms / 1_000)} s`,
    });
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  /** A server that is starting accepts a connection and says nothing. */
  private silence(ms: number): CallFailure {
    const seconds = Math.round(ms / 100) / 10;
    const error = new TlacError("LMM_UNREACHABLE", "lmm.silent", { ...this.context, seconds });
    return new CallFailure(error, "wait", false);
  }
}

function startTimer(ms: number | undefined, fire: () => void): NodeJS.Timeout | undefined {
  return ms === undefined ? undefined : setTimeout(fire, ms);
}

/** Resolves after the time, or rejects with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
  } catch {
    signal.throwIfAborted();
  }
}

/** Waits for shared work without owning it: the signal ends the waiting, not the work. */
export function waitFor<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) {
      leave();
      return;
    }
    signal.addEventListener("abort", leave, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", leave);
    });
  });
}
