import { TlacError } from "../errors";
import { BoundedQueue } from "../queue/bounded-queue";
import type { InTurn } from "./frame-options";

/** Pictures that may wait: a folder's worth. */
export const MAX_WAITING = 1_000;

/** Pictures that a process decodes at the same time where nothing else is set. */
export const DEFAULT_DECODERS = 2;

let decoders = DEFAULT_DECODERS;

/** The decoders of the process: each may hold hundreds of megabytes. */
export const decodePool = new BoundedQueue({
  concurrency: () => decoders,
  maxLength: MAX_WAITING,
  maxAgeMs: 0,
});

/** How many pictures the process decodes at the same time: 1 or more. */
export function setDecoders(count: number): void {
  decoders = count;
  decodePool.refresh();
}

/**
 * Decodes before all pictures that messages bring: whoever asks holds a place in front of a model
 * meanwhile, or is a person or a folder with one picture after the other. The work itself must not
 * wait for another turn. Throws `CLOSED`, `LMM_BUSY`.
 */
export const decodeFirst: InTurn = async (work, signal) => {
  const priority = Number.MAX_VALUE;
  const outcome = await decodePool.run({ priority, work, ...(signal && { signal }) });
  if ("value" in outcome) return outcome.value;
  throw new TlacError("LMM_BUSY", "frame.too-many-waiting", { most: MAX_WAITING });
};
