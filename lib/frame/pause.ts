/** Units of work (about a pixel each) between two pauses: some ten milliseconds. */
const WORK_BETWEEN_PAUSES = 1 << 20;

/** Cuts long work on this thread into pieces, so that everything else gets its turn between. */
export class Pause {
  private left = WORK_BETWEEN_PAUSES;

  /** `check` throws where the work has to end: looked at with each rest. */
  constructor(private readonly check?: () => void) {}

  /** Counts work done; whether it is time for `await rest()`. */
  isDue(work: number): boolean {
    this.left -= work;
    return this.left <= 0;
  }

  async rest(): Promise<void> {
    this.left = WORK_BETWEEN_PAUSES;
    await new Promise((resolve) => setImmediate(resolve));
    this.check?.();
  }
}
