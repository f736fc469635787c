/**
 * Points at which a test can stop every request: before the handler, in the load, before the
 * first token, before each later token, before each line of a pull.
 */
export type GateName = "accept" | "load" | "first-token" | "token" | "pull";

/** Waits for `promise`, or rejects with the signal's reason when that comes first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

interface Barrier {
  readonly opened: Promise<void>;
  /** How many requests may still pass. */
  passes: number;
}

/** Gates stand open until held. */
export class Gates {
  readonly #held = new Map<GateName, Set<Barrier>>();

  /** Closes a gate once `passes` requests have gone through; the returned function opens it. */
  hold(name: GateName, passes = 0): () => void {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const barrier = { opened, passes };
    const barriers = this.#held.get(name) ?? new Set();
    this.#held.set(name, barriers.add(barrier));
    return () => {
      barriers.delete(barrier);
      open();
    };
  }

  /** Waits while anybody holds the gate. */
  async pass(name: GateName, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (const barrier of this.#held.get(name) ?? []) {
      if (barrier.passes > 0) barrier.passes--;
      else await orAborted(barrier.opened, signal);
    }
  }
}
