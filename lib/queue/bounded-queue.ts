import { createSharedEnder } from "../async/shared-ender";
import { TlacError, toError } from "../errors";

/** Why a message was not judged; `msg.skipped.reason`, a public API. */
export type SkipReason = "unchanged" | "superseded" | "expired" | "queue-full";

export interface QueueOptions {
  /** Jobs that run at the same time; a function is asked anew each time. */
  readonly concurrency: number | (() => number);
  /** Jobs that may wait beside the running ones. */
  readonly maxLength: number;
  /** Milliseconds that a job may wait; 0: any time. */
  readonly maxAgeMs: number;
  /** Waiting jobs that are prepared before there is a place for them (all). */
  readonly prepareAhead?: number;
}

export interface Job<T> {
  /** Jobs of one lane are frames of one camera: a newer one supersedes one that still waits. */
  readonly lane?: string;
  /** Higher runs first; equal ones in order of arrival. */
  readonly priority?: number;
  readonly signal?: AbortSignal;
  /**
   * What is done before the work while the job waits, and without a turn of its own. Jobs behind
   * it overtake it only if it takes long. An outcome ends the job without its turn. `gone` fires
   * once the job is skipped or `CLOSED`: nobody waits for the rest then.
   */
  readonly prepare?: (gone: AbortSignal) => Promise<JobOutcome<T> | undefined>;
  readonly work: () => Promise<T>;
}

/** Either the work's value or the reason why it was not done. */
export type JobOutcome<T> = { readonly value: T } | { readonly skipped: SkipReason };

/** Longer than most pictures take to be decoded: as long is an idle server kept for the next in line. */
const PATIENCE_MS = 1_000;

interface Waiting {
  readonly lane: string | undefined;
  readonly priority: number;
  /** `slow`: being prepared for so long that others may go first. */
  state: "waiting" | "preparing" | "slow" | "ready";
  prepare(): void;
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

  /** A job that came now would run at once. */
  get isFree(): boolean {
    return this.running < this.concurrency;
  }

  /** Starts what may start by now: the concurrency has grown. */
  refresh(): void {
    this.moveUp();
  }

  private get concurrency(): number {
    const { concurrency } = this.options;
    return typeof concurrency === "number" ? concurrency : concurrency();
  }

  /** Runs the job when its turn comes. Rejects as the work does, or `CLOSED` by the signal. */
  run<T>(job: Job<T>): Promise<JobOutcome<T>> {
    return new Promise((resolve, reject) => {
      const { signal } = job;
      if (signal?.aborted) {
        reject(new TlacError("CLOSED", "tlac.closed"));
        return;
      }
      let patience: NodeJS.Timeout | undefined;
      const gone = createSharedEnder();
      const leave = (): void => {
        this.remove(waiting);
        clearTimeout(ageTimer);
        clearTimeout(patience);
        signal?.removeEventListener("abort", close);
      };
      const end = (outcome: JobOutcome<T>): void => {
        leave();
        resolve(outcome);
        this.moveUp();
      };
      const fail = (thrown: unknown): void => {
        leave();
        reject(toError(thrown));
        this.moveUp();
      };
      const waiting: Waiting = {
        lane: job.lane,
        priority: job.priority ?? 0,
        state: job.prepare ? "waiting" : "ready",
        prepare: () => {
          waiting.state = "preparing";
          patience = setTimeout(() => {
            waiting.state = "slow";
            this.moveUp();
          }, PATIENCE_MS);
          const isInLine = (): boolean => this.waiting.includes(waiting);
          void (async () => job.prepare?.(gone.signal))().then(
            (outcome) => {
              clearTimeout(patience);
              if (!isInLine()) return;
              if (outcome) {
                end(outcome);
                return;
              }
              waiting.state = "ready";
              this.moveUp();
            },
            (thrown: unknown) => {
              if (isInLine()) fail(thrown);
            },
          );
        },
        start: () => {
          leave();
          this.running += 1;
          // A throw before the first await must free the place like any other failure.
          void (async () => job.work())()
            .then((value) => {
              resolve({ value });
            }, reject)
            .finally(() => {
              this.running -= 1;
              this.moveUp();
            });
        },
        skip: (skipped) => {
          gone.abort();
          end({ skipped });
        },
      };
      const close = (): void => {
        gone.abort();
        fail(new TlacError("CLOSED", "tlac.closed"));
      };
      const expire = (): void => {
        waiting.skip("expired");
      };
      const ageTimer =
        this.options.maxAgeMs > 0 ? setTimeout(expire, this.options.maxAgeMs) : undefined;
      signal?.addEventListener("abort", close, { once: true });
      this.enter(waiting);
      this.moveUp();
    });
  }

  private enter(newcomer: Waiting): void {
    const free = Math.max(0, this.concurrency - this.running);
    // The first ones only get ready: a place is free for each of them.
    const older = this.waiting.findIndex(
      ({ lane }, position) => position >= free && lane !== undefined && lane === newcomer.lane,
    );
    if (older >= 0) {
      // The newer frame takes over its camera's turn, lest a fast camera never gets one.
      const [superseded] = this.waiting.splice(older, 1, newcomer);
      this.sort();
      superseded?.skip("superseded");
      return;
    }
    this.waiting.push(newcomer);
    this.sort();
    if (this.waiting.length <= this.options.maxLength + free) return;
    this.waiting.pop()?.skip("queue-full");
  }

  /** Stable: equal priorities keep their order of arrival. */
  private sort(): void {
    this.waiting.sort((a, b) => b.priority - a.priority);
  }

  /** Starts what is ready and has a place, in its order, and prepares what comes next. */
  private moveUp(): void {
    while (this.isFree) {
      const next = this.waiting.find(({ state }) => state !== "slow");
      if (next?.state !== "ready") break;
      next.start();
    }
    const { prepareAhead = Infinity } = this.options;
    const most = Math.max(0, this.concurrency - this.running) + prepareAhead;
    // One that is slow takes no place from those that overtake it.
    const quick = this.waiting.filter(({ state }) => state !== "slow");
    for (const next of quick.slice(0, most)) {
      if (next.state === "waiting") next.prepare();
    }
  }

  private remove(waiting: Waiting): void {
    const position = this.waiting.indexOf(waiting);
    if (position >= 0) this.waiting.splice(position, 1);
  }
}
