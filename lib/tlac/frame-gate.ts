import type { Frame } from "../frame/frame";
import type { SceneGrid } from "../frame/scene-grid";
import type { Result } from "./result";
import { measureChange } from "./scene-change";

interface Seen {
  readonly grid: SceneGrid;
  readonly context: string;
  readonly at: number;
  readonly result: Result;
}

/** More cameras than a plant has; the one unseen for longest is forgotten first. */
const MAX_CAMERAS = 1_000;

/** Share of the area that may change in a scene that counts as unchanged. */
const MOST_CHANGE = 0.003;

/** Whether so small a share 0…1 of the area is no change. */
export function isUnchanged(change: number): boolean {
  return change <= MOST_CHANGE;
}

/**
 * Knows the last judged frame of each camera, so that a scene that has not changed costs no LMM
 * call. It compares with the frame that was judged, not with the one before, so that a slow drift
 * cannot slip through.
 */
export class FrameGate {
  private readonly seen = new Map<string, Seen>();

  /** `ttlMs`: milliseconds after which even an unchanged scene is judged anew. */
  constructor(
    private readonly ttlMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * The last result of this camera if the frame shows the same scene and was judged in the same
   * context (mode, vocabulary, prompt…).
   */
  async recall(camera: string, context: string, frame: Frame): Promise<Result | undefined> {
    const last = this.seen.get(camera);
    if (last?.context !== context) return undefined;
    if (this.now() - last.at > this.ttlMs) return undefined;
    const change = measureChange(last.grid, await frame.sceneGrid());
    return isUnchanged(change) ? last.result : undefined;
  }

  async remember(camera: string, context: string, frame: Frame, result: Result): Promise<void> {
    const at = this.now();
    const grid = await frame.sceneGrid();
    this.seen.delete(camera);
    this.seen.set(camera, { grid, context, at, result });
    if (this.seen.size <= MAX_CAMERAS) return;
    const oldest = this.seen.keys().next();
    if (!oldest.done) this.seen.delete(oldest.value);
  }
}
