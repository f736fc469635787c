import { waitFor } from "../async/waits";
import { TlacError } from "../errors";
import type { PictureSource, PictureStream } from "./picture-source";

/** A picture that has waited longer is not what the camera sees now. */
const MAX_WAIT_MS = 5_000;

/** What takes wait for. */
interface Arrival {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (thrown: unknown) => void;
}

/** A stream that stays open, for cameras whose pictures are wanted often. */
export class OpenStream implements PictureSource {
  private newest: { readonly picture: Buffer; readonly at: number } | undefined;
  private arrival: Arrival | undefined;
  private reading: { readonly ender: AbortController; readonly end: Promise<void> } | undefined;
  private closed = false;

  /** `release` lets go of what the stream runs on. */
  constructor(
    private readonly stream: PictureStream,
    private readonly release: () => Promise<void>,
  ) {}

  /**
   * The newest picture that was not taken yet; waits for one where there is none, and connects anew
   * where the stream has ended. A stream that nothing came of in time is hung up on. One at a time.
   */
  async take(signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    const taken = this.newest;
    this.newest = undefined;
    if (taken && performance.now() - taken.at <= MAX_WAIT_MS) return taken.picture;
    this.arrival ??= createArrival();
    if (!this.closed) this.reading ??= this.read();
    try {
      await waitFor(this.arrival.promise, signal);
    } catch (thrown) {
      this.arrival = undefined;
      this.reading?.ender.abort(thrown);
      throw thrown;
    }
    return this.take(signal);
  }

  async close(): Promise<void> {
    this.closed = true;
    const closed = new TlacError("CLOSED", "camera.closed");
    this.reading?.ender.abort(closed);
    this.settle((arrival) => {
      arrival.reject(closed);
    });
    await this.reading?.end;
    await this.release();
  }

  private read(): { ender: AbortController; end: Promise<void> } {
    const ender = new AbortController();
    const end = this.follow(ender.signal).then(({ thrown, isDry }) => {
      this.reading = undefined;
      // Who came just as it ended gets the first picture of the next one.
      const isOver = !isDry || ender.signal.aborted;
      if (this.arrival && isOver && !this.closed) this.reading = this.read();
      else {
        this.settle((arrival) => {
          arrival.reject(thrown);
        });
      }
    });
    return { ender, end };
  }

  /** Keeps the newest picture until the stream ends; why it has, and whether nothing came of it. */
  private async follow(signal: AbortSignal): Promise<{ thrown: unknown; isDry: boolean }> {
    let isDry = true;
    try {
      for await (const picture of this.stream(signal)) {
        isDry = false;
        this.newest = { picture, at: performance.now() };
        this.settle((arrival) => {
          arrival.resolve();
        });
      }
      return { thrown: new TlacError("CAMERA_UNREACHABLE", "camera.stream-ended"), isDry };
    } catch (thrown) {
      return { thrown, isDry };
    }
  }

  private settle(how: (arrival: Arrival) => void): void {
    if (this.arrival) how(this.arrival);
    this.arrival = undefined;
  }
}

function createArrival(): Arrival {
  let settle: Pick<Arrival, "resolve" | "reject"> | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Nobody may be left who waits for it.
  promise.catch(() => undefined);
  return { promise, ...(settle as Pick<Arrival, "resolve" | "reject">) };
}
