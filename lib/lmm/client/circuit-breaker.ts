export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly threshold: number;
  /** Milliseconds of the first pause; it doubles while probes fail. */
  readonly pauseMs: number;
  readonly maxPauseMs: number;
}

export type BreakerState = "closed" | "open" | "half-open";

/**
 * Keeps a flow from running against a server that is down. Closed: all pass. Open: none passes
 * until the pause is over. Then half-open: one passes, and what becomes of it decides.
 */
export class CircuitBreaker {
  private failures = 0;
  private openUntil: number | null = null;
  private pauseMs: number;
  private probing = false;

  constructor(
    private readonly options: BreakerOptions,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.pauseMs = options.pauseMs;
  }

  get state(): BreakerState {
    if (this.openUntil === null) return "closed";
    return this.probing || this.now() >= this.openUntil ? "half-open" : "open";
  }

  /** Milliseconds until the next probe may pass; 0 if it may pass now. */
  get waitMs(): number {
    return this.openUntil === null ? 0 : Math.max(0, this.openUntil - this.now());
  }

  /** True if a call may pass now. Half-open, that call is the probe and has to report. */
  tryEnter(): boolean {
    if (this.openUntil === null) return true;
    if (this.probing || this.now() < this.openUntil) return false;
    this.probing = true;
    return true;
  }

  /** The server answered, be it with an error of its own. */
  succeed(): void {
    this.failures = 0;
    this.openUntil = null;
    this.probing = false;
    this.pauseMs = this.options.pauseMs;
  }

  /** The server could not be reached. */
  fail(): void {
    this.failures += 1;
    if (this.openUntil !== null) {
      // A call that was under way when it opened says nothing new.
      if (!this.probing) return;
      this.pauseMs = Math.min(this.pauseMs * 2, this.options.maxPauseMs);
    } else if (this.failures < this.options.threshold) {
      return;
    }
    this.probing = false;
    this.openUntil = this.now() + this.pauseMs;
  }

  /** The probe ended without news of the server: its caller went away. The next may try. */
  abandon(): void {
    this.probing = false;
  }
}
