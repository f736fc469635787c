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
 * load is given back, so that the next message tries anew.
 */
export class EmbedderUse {
  private lease: EmbedderLease | undefined;
  private released = false;

  constructor(
    /** Read at each opening, because a configuration may be wrong. */
    private readonly readOptions: () => EmbedderOptions,
    private readonly onProgress: (progress: LoadProgress) => void,
  ) {}

  /** Throws `BAD_CONFIG`, `EMBEDDER_UNAVAILABLE`, `CLOSED`. */
  async get(): Promise<Embedder> {
    if (this.released) throw new TlacError("CLOSED", "tlac.closed");
    const lease = (this.lease ??= this.acquire());
    try {
      return await lease.value;
    } catch (thrown) {
      if (this.lease === lease) {
        this.lease = undefined;
        await lease.release();
      }
      throw thrown;
    }
  }

  /** A model whose worker is gone for good is given back, so that the next `get` opens it anew. */
  renewAfter(error: Error): void {
    if (!(error instanceof TlacError) || error.code !== "EMBEDDER_UNAVAILABLE") return;
    const { lease } = this;
    this.lease = undefined;
    void lease?.release();
  }

  async release(): Promise<void> {
    this.released = true;
    const { lease } = this;
    this.lease = undefined;
    await lease?.release();
  }

  private acquire(): EmbedderLease {
    const lease = acquireEmbedder(this.readOptions());
    const stop = lease.onProgress(this.onProgress);
    lease.value.then(stop, stop);
    return lease;
  }
}
