/** A clock that stands still, for what depends on time. */
import type { Clock } from "../../lib/basics/clock";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** 2026-01-01T00:00:00Z. */
export const START = 1_767_225_600_000;

/** Goes on only when it is told to, and then calls what is due, in the order in which it is due. */
export class FakeClock implements Clock {
  /** Each resolves once what was begun is done. */
  readonly settlers: (() => Promise<unknown>)[] = [];
  private readonly timers = new Set<{ due: number; work: () => void }>();

  constructor(private time = START) {}

  now(): number {
    return this.time;
  }

  after(ms: number, work: () => void): () => void {
    const timer = { due: this.time + ms, work };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Lets time pass; between timers, what they have begun gets its turns. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await this.settle();
      const [next] = [...this.timers].sort((one, other) => one.due - other.due);
      if (!next || next.due > end) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.due);
      next.work();
    }
    this.time = end;
    await this.settle();
  }

  /** As an operator or NTP does. */
  set(time: number): void {
    this.time = time;
  }

  private async settle(): Promise<void> {
    for (const settled of this.settlers) await settled();
  }
}
