import type { Candidate, ProposeOptions } from "./lmm";

/**
 * Takes of an answer's names as few as are enough. They are asked about in their order, one more
 * each time, however many have come meanwhile: what is taken depends on the answer alone, and not
 * on how fast it is written or asked about.
 */
export class EnoughNames {
  private names: readonly Candidate[] = [];
  private asked = 0;
  private found: readonly Candidate[] | undefined;
  private asking = Promise.resolve();

  constructor(private readonly enough: NonNullable<ProposeOptions["enough"]>) {}

  /** The first names that are enough, once that is known. */
  get taken(): readonly Candidate[] | undefined {
    return this.found;
  }

  /**
   * The names as far as they have come; whoever offers more has those before among them. Resolves,
   * once all of them are asked about, to whether some are enough.
   */
  async offer(names: readonly Candidate[]): Promise<boolean> {
    if (names.length > this.names.length) {
      this.names = names;
      this.asking = this.asking.then(() => this.ask());
    }
    await this.asking;
    return this.found !== undefined;
  }

  /** Of the whole answer. The last name need not be asked about: nothing comes after it. */
  async takeOf(names: readonly Candidate[]): Promise<readonly Candidate[]> {
    await this.offer(names.slice(0, -1));
    return this.found ?? names;
  }

  private async ask(): Promise<void> {
    while (!this.found && this.asked < this.names.length) {
      this.asked += 1;
      const first = this.names.slice(0, this.asked);
      if (await this.isEnough(first)) this.found = first;
    }
  }

  /** What cannot be asked about decides nothing: it fails where it is needed. */
  private async isEnough(names: readonly Candidate[]): Promise<boolean> {
    try {
      return await this.enough(names);
    } catch {
      return false;
    }
  }
}
