import type { Embedder } from "../../../lib/clip/embedder";
import type { LoadProgress } from "../../../lib/clip/load-progress";
import {
  acquireEmbedder,
  type EmbedderLease,
  type EmbedderOptions,
} from "../../../lib/clip/shared-embedders";
import { TlacError } from "../../../lib/errors";

/**
 * One node's use of a model that the whole process shares. The first `get` opens it; a failed
 * load is given back, so that the next message tries anew, and so is a model whose thread is gone
 * for good. Any other failure is that of one message and leaves the model to the others.
 */
export class EmbedderUse {
  private lease: EmbedderLease | undefined;
  private released = false;

  constructor(
    /** Read at each opening, because a configuration may be wrong. */
    readonly readOptions: () => EmbedderOptions,
    private readonly onProgress: (progress: LoadProgress) => void,
    /** Told of each model that was opened. */
    private readonly onOpen: (embedder: Embedder) => void = () => undefined,
  ) {}

  /** Throws `BAD_CONFIG`, `EMBEDDER_UNAVAILABLE`, `CLOSED`. */
  async get(): Promise<Embedder> {
    if (this.released) throw new TlacError("CLOSED", "tlac.closed");
    if (this.lease?.lost) void this.giveBack();
    const lease = (this.lease ??= this.acquire());
    try {
      return await lease.value;
    } catch (thrown) {
      if (this.lease === lease) await this.giveBack();
      throw thrown;
    }
  }

  async release(): Promise<void> {
    this.released = true;
    await this.giveBack();
  }

  private async giveBack(): Promise<void> {
    const { lease } = this;
    this.lease = undefined;
    await lease?.release();
  }

  private acquire(): EmbedderLease {
    const lease = acquireEmbedder(this.readOptions());
    const stop = lease.onProgress(this.onProgress);
    lease.value.then(stop, stop);
    lease.value.then(this.onOpen, () => undefined);
    return lease;
  }
}
