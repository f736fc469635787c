import type { NodeAPI } from "node-red";

import type { LoadProgress } from "../../../lib/clip/load-progress";
import { TlacError } from "../../../lib/errors";
import type { Lmm } from "../../../lib/lmm/lmm";
import type { ServerState } from "../../../lib/lmm/client/server-state";
import type { ServedLmm } from "../../../lib/lmm/client/served-lmm";
import { Recogniser } from "../../../lib/lmm/recogniser";
import { BoundedQueue } from "../../../lib/queue/bounded-queue";
import type { Result } from "../../../lib/tlac/result";
import { Skip } from "../input/skip";
import { judgeInTurn, type ImageJob } from "../scene/image-line";
import type { LmmServerNode } from "../settings/config-nodes";
import type { EmbedderUse } from "../models/embedder-use";
import { useModel } from "../models/matcher";
import { findConfig } from "../settings/read-settings";
import { NewestFrames } from "./newest-frames";
import type { SavedBy } from "./server-activity";
import type { Turn } from "../input/read-turn";

/** Photos that may wait in front of a node without a server of its own: a folder's worth. */
const OWN_QUEUE = { concurrency: 1, maxLength: 1_000, maxAgeMs: 0 };

/** One node's use of the LMM that its dialog chose; none chosen: the built-in recogniser. */
export class LmmUse {
  private readonly newest = new NewestFrames();
  private readonly ownQueue = new BoundedQueue(OWN_QUEUE);
  /** Opened only where the node's own model has no names for the recogniser. */
  private readonly starter: EmbedderUse;
  private stopListening: (() => void) | undefined;
  private released = false;

  constructor(
    private readonly RED: NodeAPI,
    /** Id of the node. */
    private readonly node: string,
    private readonly server: string,
    private readonly embedder: EmbedderUse,
    onProgress: (progress: LoadProgress) => void,
    private readonly onState: (state: ServerState) => void,
  ) {
    this.starter = useModel(RED, "", onProgress);
  }

  /** Judges a message's image in its turn, in the one line in front of the LMM. Throws `Skip`. */
  async run<T>({ camera, arrival, ...job }: ImageJob<T> & Turn): Promise<T> {
    const server = this.findServer();
    const queue = server?.getQueue() ?? this.ownQueue;
    const only = server?.latestOnly ? camera : undefined;
    if (only !== undefined && !this.newest.admit(only, arrival)) throw new Skip("superseded");
    // Where only the newest counts, a camera has one place in the line for each node that looks.
    const lane = only === undefined ? {} : { lane: JSON.stringify([this.node, only]) };
    return judgeInTurn(queue, { ...job, ...lane });
  }

  /** Notes a call that a memory made needless, for the server's dialog. */
  countSaved(by: SavedBy): void {
    this.findServer()?.activity.countSaved(by);
  }

  /**
   * Notes an image that was decided without the LMM, and what it said where it was asked anyway; a
   * check that failed saved no call, and is among the failed ones.
   */
  countUnasked({ spotCheck, lmmFailure }: Pick<Result, "spotCheck" | "lmmFailure">): void {
    const activity = this.findServer()?.activity;
    if (spotCheck) activity?.countCheck(spotCheck.agrees);
    else if (!lmmFailure) activity?.countSaved("sight");
  }

  /** Throws `BAD_CONFIG`, `EMBEDDER_UNAVAILABLE`. */
  async get(): Promise<Lmm> {
    const served = this.openServed();
    if (served) return served;
    const own = await this.embedder.get();
    return new Recogniser(own.info.labels ? own : await this.starter.get());
  }

  /** Throws `BAD_CONFIG` for a server that is gone, or whose settings cannot work. */
  check(): void {
    this.findServer()?.check();
  }

  /** Loads what the first message would wait for. */
  async warmUp(signal: AbortSignal): Promise<void> {
    const served = this.openServed();
    await (served ? served.warmUp(signal) : this.get());
  }

  async release(): Promise<void> {
    this.released = true;
    this.stopListening?.();
    await this.starter.release();
  }

  private openServed(): ServedLmm | undefined {
    // Work that outlives its node must not leave a listener on a server that goes on.
    if (this.released) throw new TlacError("CLOSED", "tlac.closed");
    const served = this.findServer()?.openLmm();
    if (served) this.stopListening ??= served.onState(this.onState);
    return served;
  }

  private findServer(): LmmServerNode | undefined {
    return findConfig<LmmServerNode>(this.RED, this.server, "lmm-server");
  }
}
