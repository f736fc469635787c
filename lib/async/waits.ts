/** The waits of the engine: each of them ends, by its work, by time or by a signal. */
import { setTimeout as sleep } from "node:timers/promises";

import { linkSignals } from "./link-signals";

/** Resolves after the time, or rejects with the signal's reason. Keeps no process alive. */
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
    // Heard in any case: a rejection after the signal is nobody's and must end no process.
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", leave);
    });
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
}

/** Resolves with the work, or after `ms` milliseconds without it. Never rejects late. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

export interface Deadline {
  /** Milliseconds; `Infinity`: only the signals end it. */
  readonly ms: number;
  /** The reason of a signal that the time has ended. */
  readonly late: () => Error;
  /** Others that end the work; those left out do not. */
  readonly signals?: readonly (AbortSignal | undefined)[];
}

/**
 * Runs work that has to end in time. Its signal is aborted by the deadline or by the first of the
 * given signals; the promise then rejects with the reason at once, whether the work listens or not.
 */
export async function withDeadline<T>(
  { ms, late, signals = [] }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const budget = new AbortController();
  const timer = Number.isFinite(ms)
    ? setTimeout(() => {
        budget.abort(late());
      }, ms)
    : undefined;
  const { signal, release } = linkSignals(...signals, budget.signal);
  try {
    signal.throwIfAborted();
    return await waitFor(work(signal), signal);
  } finally {
    clearTimeout(timer);
    release();
  }
}
