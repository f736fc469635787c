import type { Frame } from "../frame/frame";
import { hammingDistance } from "../frame/perceptual-hash";
import type { Result } from "./result";

export interface FrameGateOptions {
  /** Bits of the 64-bit perceptual hash that may differ in a frame that counts as unchanged. */
  readonly maxDistance: number;
  /** Milliseconds after which even an unchanged scene is judged anew. */
  readonly ttlMs: number;
}

interface Seen {
  readonly hash: string;
  readonly context: string;
  readonly at: number;
  readonly result: Result;
}

/** More cameras than a plant has; the one unseen for longest is forgotten first. */
const MAX_CAMERAS = 1_000;

/**
 * Knows the last judged frame of each camera, so that a scene that has not changed costs no LMM
 * call. It compares with the frame that was judged, not with the one before, so that a slow drift
 * cannot slip through.
 */
export class FrameGate {
  private readonly seen = new Map<string, Seen>();

  constructor(
    private readonly options: FrameGateOptions,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * The last result of this camera if the frame shows the same scene and was judged in the same
   * context (mode, vocabulary, prompt…).
   */
  recall(camera: string, context: string, frame: Frame): Result | undefined {
    const last = this.seen.get(camera);
    if (last?.context !== context) return undefined;
    if (this.now() - last.at > this.options.ttlMs) return undefined;
    const distance = hammingDistance(last.hash, frame.perceptualHash);
    return distance <= this.options.maxDistance ? last.result : undefined;
  }

  remember(camera: string, context: string, frame: Frame, result: Result): void {
    this.seen.delete(camera);
    this.seen.set(camera, { hash: frame.perceptualHash, context, at: this.now(), result });
    if (this.seen.size <= MAX_CAMERAS) return;
    const oldest = this.seen.keys().next();
    if (!oldest.done) this.seen.delete(oldest.value);
  }
}
