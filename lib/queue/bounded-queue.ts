import { TlacError } from "../errors";

/** Why a message was not judged; `msg.skipped.reason`, a public API. */
export type SkipReason = "unchanged" | "superseded" | "expired" | "queue-full";

export interface QueueOptions {
  /** Jobs that run at the same time. */
  readonly concurrency: number;
  /** Jobs that may wait beside the running ones. */
  readonly maxLength: number;
  /** Milliseconds that a job may wait; 0: any time. */
  readonly maxAgeMs: number;
}

export interface Job<T> {
  /** Jobs of one lane are frames of one camera: a newer one supersedes one that still waits. */
  readonly lane?: string;
  /** Higher runs first; equal ones in order of arrival. */
  readonly priority?: number;
  readonly signal?: AbortSignal;
  readonly work: () => Promise<T>;
}

/** Either the work's value or the reason why it was not done. */
export type JobOutcome<T> = { readonly value: T } | { readonly skipped: SkipReason };

interface Waiting {
  readonly lane: string | undefined;
  readonly priority: number;
  start(): void;
  skip(reason: SkipReason): void;
}

/**
 * The one line in front of a server. It never grows beyond its bounds, and each job ends in
 * exactly one way: done, failed, skipped with a reason, or `CLOSED` by its signal.
 */
export class BoundedQueue {
  private readonly waiting: Waiting[] = [];
  private running = 0;

  constructor(private readonly options: QueueOptions) {}

  /** Jobs that wait for a free place. */
  get length(): number {
    return this.waiting.length;
  }

  /** Jobs under way. */
  get active(): number {
    return this.running;
  }

  /** Runs the job when its turn comes. Rejects as the work does, or `CLOSED` by the signal. */
  run<T>(job: Job<T>): Promise<JobOutcome<T>> {
    return new Promise((resolve, reject) => {
      const { signal } = job;
      if (signal?.aborted) {
        reject(new TlacError("CLOSED", "tlac.closed"));
        return;
      }
      const leaveLine = (): void => {
        clearTimeout(ageTimer);
        signal?.removeEventListener("abort", close);
      };
      const waiting: Waiting = {
        lane: job.lane,
        priority: job.priority ?? 0,
        start: () => {
          leaveLine();
          this.running += 1;
          // A throw before the first await must free the place like any other failure.
          void (async () => job.work())()
            .then((value) => {
              resolve({ value });
            }, reject)
            .finally(() => {
              this.running -= 1;
              this.startNext();
            });
        },
        skip: (skipped) => {
          leaveLine();
          resolve({ skipped });
        },
      };
      const close = (): void => {
        this.remove(waiting);
        leaveLine();
        reject(new TlacError("CLOSED", "tlac.closed"));
      };
      const expire = (): void => {
        this.remove(waiting);
        waiting.skip("expired");
      };
      const ageTimer =
        this.options.maxAgeMs > 0 ? setTimeout(expire, this.options.maxAgeMs) : undefined;
      signal?.addEventListener("abort", close, { once: true });
      this.enter(waiting);
      this.startNext();
    });
  }

  private enter(newcomer: Waiting): void {
    const older = this.waiting.findIndex(
      ({ lane }) => lane !== undefined && lane === newcomer.lane,
    );
    if (older >= 0) {
      // The newer frame takes over its camera's turn, lest a fast camera never gets one.
      const [superseded] = this.waiting.splice(older, 1, newcomer);
      superseded?.skip("superseded");
      this.sort();
      return;
    }
    this.waiting.push(newcomer);
    this.sort();
    if (this.waiting.length <= this.options.maxLength || this.hasFreePlace()) return;
    this.waiting.pop()?.skip("queue-full");
  }

  /** Stable: equal priorities keep their order of arrival. */
  private sort(): void {
    this.waiting.sort((a, b) => b.priority - a.priority);
  }

  private hasFreePlace(): boolean {
    return this.running < this.options.concurrency;
  }

  private startNext(): void {
    while (this.hasFreePlace()) {
      const next = this.waiting.shift();
      if (!next) return;
      next.start();
    }
  }

  private remove(waiting: Waiting): void {
    const position = this.waiting.indexOf(waiting);
    if (position >= 0) this.waiting.splice(position, 1);
  }
}
