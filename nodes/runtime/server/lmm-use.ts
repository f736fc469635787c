import type { NodeAPI } from "node-red";

import type { LoadProgress } from "../../../lib/clip/load-progress";
import { TlacError } from "../../../lib/errors";
import type { Lmm } from "../../../lib/lmm/lmm";
import type { OllamaLmm, OllamaState } from "../../../lib/lmm/ollama/ollama";
import { Recogniser } from "../../../lib/lmm/recogniser";
import { BoundedQueue, type Job, type JobOutcome } from "../../../lib/queue/bounded-queue";
import type { LmmServerNode } from "../settings/config-nodes";
import type { EmbedderUse } from "../models/embedder-use";
import { useModel } from "../models/matcher";
import { findConfig } from "../settings/read-settings";
import type { SavedBy } from "./server-activity";
import type { Turn } from "../input/read-turn";

/** Photos that may wait in front of a node without a server of its own: a folder's worth. */
const OWN_QUEUE = { concurrency: 1, maxLength: 1_000, maxAgeMs: 0 };

/** One node's use of the LMM that its dialog chose; none chosen: the built-in recogniser. */
export class LmmUse {
  private readonly ownQueue = new BoundedQueue(OWN_QUEUE);
  /** Opened only where the node's own model has no names for the recogniser. */
  private readonly starter: EmbedderUse;
  private stopListening: (() => void) | undefined;
  private released = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly server: string,
    private readonly embedder: EmbedderUse,
    onProgress: (progress: LoadProgress) => void,
    private readonly onState: (state: OllamaState) => void,
  ) {
    this.starter = useModel(RED, "", onProgress);
  }

  /** Waits for the message's turn in the one line in front of the server. */
  run<T>({ camera, ...job }: Omit<Job<T>, "lane"> & Turn): Promise<JobOutcome<T>> {
    const server = this.findServer();
    const queue = server?.getQueue() ?? this.ownQueue;
    // Frames of one camera share a lane only where the newest is all that counts.
    return queue.run(server?.latestOnly && camera ? { ...job, lane: camera } : job);
  }

  /** Notes a call that a memory made needless, for the server's dialog. */
  countSaved(by: SavedBy): void {
    this.findServer()?.activity.countSaved(by);
  }

  /** Throws `BAD_CONFIG`, `EMBEDDER_UNAVAILABLE`. */
  async get(): Promise<Lmm> {
    const ollama = this.openOllama();
    if (ollama) return ollama;
    const own = await this.embedder.get();
    return new Recogniser(own.info.labels ? own : await this.starter.get());
  }

  /** Loads what the first message would wait for. */
  async warmUp(signal: AbortSignal): Promise<void> {
    const ollama = this.openOllama();
    await (ollama ? ollama.warmUp(signal) : this.get());
  }

  async release(): Promise<void> {
    this.released = true;
    this.stopListening?.();
    await this.starter.release();
  }

  private openOllama(): OllamaLmm | undefined {
    // Work that outlives its node must not leave a listener on a server that goes on.
    if (this.released) throw new TlacError("CLOSED", "tlac.closed");
    const ollama = this.findServer()?.openOllama();
    if (ollama) this.stopListening ??= ollama.onState(this.onState);
    return ollama;
  }

  private findServer(): LmmServerNode | undefined {
    return findConfig<LmmServerNode>(this.RED, this.server, "lmm-server");
  }
}
