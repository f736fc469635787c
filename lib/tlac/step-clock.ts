import type { Result } from "./result";

/** Adds up what each step costs. */
export class StepClock {
  private readonly started = performance.now();
  private readonly spent = { lmm: 0, embed: 0, match: 0 };

  constructor(private readonly frameMs: number) {}

  async time<T>(step: keyof StepClock["spent"], work: () => T | Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.spent[step] += performance.now() - started;
    }
  }

  toTimings(): Result["timings"] {
    const total = this.frameMs + performance.now() - this.started;
    return { frame: this.frameMs, ...this.spent, total };
  }
}
