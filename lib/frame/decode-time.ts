import { throwIfClosed } from "../errors";
import { Pause } from "./pause";

/** Thrown where decoding takes longer than it may. */
export class TooSlow extends Error {}

/** How long one picture may take to be decoded, and the signal that ends it before. */
export class DecodeTime {
  /** For work on this thread: what is over by its time or its signal ends at the next rest. */
  readonly pause = new Pause(() => {
    this.check();
  });
  private readonly until: number;

  constructor(
    seconds: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.until = performance.now() + 1_000 * seconds;
  }

  /** Throws `CLOSED`, `TooSlow`. */
  check(): void {
    throwIfClosed(this.signal);
    if (performance.now() > this.until) throw new TooSlow();
  }

  /** What is left for a step of the image library, which counts whole seconds. Throws as `check`. */
  limitStep(): { readonly seconds: number } {
    this.check();
    return { seconds: Math.ceil((this.until - performance.now()) / 1_000) || 1 };
  }
}
