import { withDeadline } from "../../lib/async/waits";
import { TlacError } from "../../lib/errors";
import { BoundedQueue } from "../../lib/queue/bounded-queue";
import { Refusal } from "./reply";

/** Questions of dialogs that may wait for their turn, and for how long, in ms. */
const LINE = { concurrency: 1, maxLength: 8, maxAgeMs: 30_000 };
/** Milliseconds that one of them may take. */
const MAX_MS = 60_000;

/**
 * Lets work that costs much run one at a time, whoever asks: what people try in dialogs shares
 * models with flows that decide about parts. Each ends in its time, or when its browser hangs up.
 */
export class OneAtATime {
  private readonly line: BoundedQueue;

  constructor(
    line = LINE,
    private readonly maxMs = MAX_MS,
  ) {
    this.line = new BoundedQueue(line);
  }

  /** Throws a `Refusal` where too many wait, `BAD_MESSAGE` where the work takes too long. */
  async run<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = (): TlacError =>
      new TlacError("BAD_MESSAGE", "nodes.dialog-too-long", { seconds: this.maxMs / 1_000 });
    const outcome = await this.line.run({
      signal,
      work: () => withDeadline({ ms: this.maxMs, late, signals: [signal] }, work),
    });
    if ("skipped" in outcome) throw new Refusal("TOO_MANY");
    return outcome.value;
  }
}
