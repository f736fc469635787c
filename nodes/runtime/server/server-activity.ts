import type { ServedLmm } from "../../../lib/lmm/client/served-lmm";
import type { LmmTimings, LmmTokens, Proposal, Reply } from "../../../lib/lmm/lmm";
import type { Labels, Sample } from "../metrics/exposition";
import { Histogram } from "../metrics/histogram";

/**
 * What made an LMM call needless: a remembered second answer, a scene that has not changed, or sight
 * and examples that were sure enough.
 */
export type SavedBy = "reconcile" | "frame" | "sight";

/** What went through one server since its deploy. Times in ms, `lastAt` since 1970. */
export interface Activity {
  readonly calls: number;
  readonly failed: number;
  readonly lastMs: number | null;
  readonly lastAt: number | null;
  readonly saved: Readonly<Record<SavedBy, number>>;
  /** Images decided without the LMM about which it was asked all the same: does it agree? */
  readonly checks: { readonly asked: number; readonly differing: number };
  readonly tokens: Readonly<Record<keyof LmmTokens, number>>;
  /** Answers of which these tokens were told: of an answer that was ended not every server does. */
  readonly counted: Readonly<Record<keyof LmmTokens, number>>;
  /** Answers that were ended once they had decided. */
  readonly cut: number;
}

/** Seconds: from a GPU's answer to a CPU's. */
const BOUNDS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];

/** Counts the calls of one server for the people who look after it. */
export class ServerActivity {
  private calls = 0;
  private failed = 0;
  private lastMs: number | null = null;
  private lastAt: number | null = null;
  private readonly saved: Record<SavedBy, number> = { reconcile: 0, frame: 0, sight: 0 };
  private readonly checks = { asked: 0, differing: 0 };
  private readonly tokens: Record<keyof LmmTokens, number> = { prompt: 0, cached: 0, answer: 0 };
  private readonly counted: Record<keyof LmmTokens, number> = { prompt: 0, cached: 0, answer: 0 };
  private cut = 0;
  private readonly durations = new Histogram(BOUNDS);

  /** A node answered without the call that it would have cost. */
  countSaved(by: SavedBy): void {
    this.saved[by] += 1;
  }

  /** A node asked about an image that it had decided already. */
  countCheck(agrees: boolean): void {
    this.checks.asked += 1;
    if (!agrees) this.checks.differing += 1;
  }

  /** The same LMM, with each question to it counted and timed. */
  observe(lmm: ServedLmm): ServedLmm {
    return {
      get state() {
        return lmm.state;
      },
      get hosts() {
        return lmm.hosts;
      },
      get capacity() {
        return lmm.capacity;
      },
      get identity() {
        return lmm.identity;
      },
      get questionTokens() {
        return lmm.questionTokens;
      },
      propose: (...args) => this.time(() => lmm.propose(...args)),
      ask: (...args) => this.time(() => lmm.ask(...args)),
      onState: (listener) => lmm.onState(listener),
      warmUp: (signal) => lmm.warmUp(signal),
      close: () => lmm.close(),
    };
  }

  read(): Activity {
    const { calls, failed, lastMs, lastAt, saved, checks, tokens, counted, cut } = this;
    return {
      ...{ calls, failed, lastMs, lastAt, cut },
      saved: { ...saved },
      checks: { ...checks },
      tokens: { ...tokens },
      counted: { ...counted },
    };
  }

  /** Of the histogram of answers, in seconds. */
  readDurations(labels: Labels): Sample[] {
    return this.durations.toSamples(labels);
  }

  private async time<T extends Proposal | Reply>(call: () => Promise<T>): Promise<T> {
    const started = performance.now();
    this.calls += 1;
    try {
      const answer = await call();
      this.lastMs = performance.now() - started;
      this.durations.observe(this.lastMs / 1_000);
      this.add(answer.timings);
      this.lastAt = Date.now();
      return answer;
    } catch (thrown) {
      this.failed += 1;
      throw thrown;
    }
  }

  private add({ tokens = {}, cut }: LmmTimings): void {
    if (cut) this.cut += 1;
    for (const kind of ["prompt", "cached", "answer"] as const) {
      const count = tokens[kind];
      if (count === undefined) continue;
      this.tokens[kind] += count;
      this.counted[kind] += 1;
    }
  }
}
