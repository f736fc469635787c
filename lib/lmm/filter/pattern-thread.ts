import { once } from "node:events";
import path from "node:path";
import type { Worker } from "node:worker_threads";

import { waitFor } from "../../async/waits";
import { spawnThread } from "../../basics/spawn-thread";
import { throwIfClosed, TlacError, toError } from "../../errors";
import type { FilteredWords, PatternRule } from "./apply-rules";
import type { PatternAnswer, PatternJob } from "./pattern-worker";

/** A thread that does not come up on a very busy machine is given up after this. */
const START_MS = 30_000;

/** Patterns and texts of at most some 100 kB: whatever needs more has gone wrong. */
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 };

/** `slow`: the rule at that place had the thread when the time was over. */
export type PatternOutcome = PatternAnswer | { readonly rule: number; readonly slow: true };

/**
 * Applies rules in a thread, one job after another, each in bounded time: a pattern is the user's,
 * a text is the LMM's, and together they can backtrack for hours, which no check of the pattern
 * alone foresees. A thread that is out of time is ended; the next job gets a new one. Of the jobs
 * with the same rules one stands in line at a time, so that slow rules keep no others waiting for
 * longer than one job takes.
 */
export class PatternThread {
  private worker: Worker | undefined;
  private last: Promise<unknown> = Promise.resolve();
  /** The last job of each list of rules. */
  private readonly lanes = new WeakMap<readonly PatternRule[], Promise<unknown>>();
  private waiting = 0;

  constructor(private readonly name: string) {}

  /** Jobs that are not done yet. */
  get load(): number {
    return this.waiting;
  }

  /** Resolves within `ms` milliseconds of the job's turn. Rejects with `CLOSED` on `signal`. */
  async run(
    rules: readonly PatternRule[],
    words: FilteredWords,
    { ms, signal }: { readonly ms: number; readonly signal?: AbortSignal },
  ): Promise<PatternOutcome> {
    this.waiting += 1;
    const before = this.lanes.get(rules) ?? Promise.resolve();
    const turn = before.then(() => this.standInLine(() => this.work(rules, words, ms, signal)));
    this.lanes.set(
      rules,
      turn.catch(() => undefined),
    );
    try {
      return await (signal ? waitFor(turn, signal) : turn);
    } catch (thrown) {
      throwIfClosed(signal);
      throw thrown;
    } finally {
      this.waiting -= 1;
    }
  }

  private standInLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async work(
    rules: readonly PatternRule[],
    words: FilteredWords,
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<PatternOutcome> {
    throwIfClosed(signal);
    const worker = (this.worker ??= await this.start());
    const at = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    worker.ref();
    try {
      worker.postMessage({ rules, words, at } satisfies PatternJob);
      const [answer] = (await once(worker, "message", {
        signal: AbortSignal.timeout(ms),
      })) as [PatternAnswer];
      worker.unref();
      return answer;
    } catch {
      // Out of time, or out of memory: either way this rule has more to do than it may.
      this.worker = undefined;
      await worker.terminate();
      return { rule: Atomics.load(at, 0), slow: true };
    }
  }

  private async start(): Promise<Worker> {
    const worker = spawnThread(path.join(__dirname, "pattern-worker"), {
      name: this.name,
      resourceLimits: MEMORY,
    });
    try {
      await once(worker, "message", { signal: AbortSignal.timeout(START_MS) });
    } catch (thrown) {
      await worker.terminate();
      const reason = toError(thrown).message;
      throw new TlacError("BAD_CONFIG", "lmm.rules-without-thread", { reason }, { cause: thrown });
    }
    // An idle thread that ends by itself is no news; the next job starts another.
    worker.on("error", () => undefined);
    worker.once("exit", () => {
      if (this.worker === worker) this.worker = undefined;
    });
    worker.unref();
    return worker;
  }
}
