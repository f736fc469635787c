/** How many calls one host has had. */
export interface HostCounts {
  /** Under way. */
  readonly active: number;
  /** All of them, those under way included. */
  readonly calls: number;
  readonly failed: number;
}

/** Counts the calls to one host. */
export class CallCount {
  private active = 0;
  private calls = 0;
  private failed = 0;

  async of<T>(work: () => Promise<T>): Promise<T> {
    this.calls += 1;
    this.active += 1;
    try {
      return await work();
    } catch (thrown) {
      this.failed += 1;
      throw thrown;
    } finally {
      this.active -= 1;
    }
  }

  read(): HostCounts {
    const { active, calls, failed } = this;
    return { active, calls, failed };
  }
}
