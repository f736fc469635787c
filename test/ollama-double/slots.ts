/** So many at a time; the others wait in the order in which they came. */
export class Slots {
  #active = 0;
  readonly #waiting: { enter: () => void; fail: (error: Error) => void }[] = [];

  constructor(private readonly count: number) {}

  /** Those that are in. */
  get active(): number {
    return this.#active;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with the function that leaves, or rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#active < this.count) this.#active++;
    else await this.#wait(signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next) next.enter();
      else this.#active--;
    };
  }

  /** Whoever waits fails. */
  fail(error: Error): void {
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal.removeEventListener("abort", stop);
      };
      const waiter = {
        enter: () => {
          settle();
          resolve();
        },
        fail: (error: Error) => {
          settle();
          reject(error);
        },
      };
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.push(waiter);
    });
  }
}
