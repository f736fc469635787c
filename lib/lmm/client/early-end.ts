/** Ends the reading of an answer once what has come of it is enough. */
export class EarlyEnd {
  private ended = false;

  constructor(
    private readonly enough: ((text: string) => boolean | Promise<boolean>) | undefined,
    private readonly hangUp: () => void,
  ) {}

  /** It was enough: what is still to come, and how its reading fails, does not matter. */
  get isOver(): boolean {
    return this.ended;
  }

  /** Looks at all that has come so far, while more of it comes. */
  offer(text: string): void {
    if (!this.enough || this.ended) return;
    const { enough } = this;
    void (async () => enough(text))().then(
      (isEnough) => {
        if (!isEnough || this.ended) return;
        this.ended = true;
        this.hangUp();
      },
      () => undefined,
    );
  }
}
