/** More cameras than a plant has; the one unseen for longest is forgotten first. */
const MAX_CAMERAS = 1_000;

/**
 * Knows the newest frame of each camera that has come to the line: one that came earlier but took
 * longer to be read must not take its place.
 */
export class NewestFrames {
  private readonly arrivals = new Map<string, number>();

  /** False for a frame that arrived before one that is known already. */
  admit(camera: string, arrival: number): boolean {
    const newest = this.arrivals.get(camera) ?? -Infinity;
    this.arrivals.delete(camera);
    this.arrivals.set(camera, Math.max(newest, arrival));
    const oldest = this.arrivals.keys().next();
    if (this.arrivals.size > MAX_CAMERAS && !oldest.done) this.arrivals.delete(oldest.value);
    return arrival > newest;
  }
}
