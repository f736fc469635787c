import type { AlertRules } from "../../lib/alert/alert-rules";

/** One frame of a stream: what it shows, when it was taken, when it came; `-`, `?` as in `frame`. */
export interface Delivery {
  readonly shows: string;
  readonly time: number;
  readonly now: number;
  /** Among all that came. */
  readonly index: number;
}

/** Of the same time, what came first is first. */
function inOrder(one: Delivery, other: Delivery): number {
  return one.time - other.time || one.index - other.index;
}

/** The rules as a person would write them down: everything is kept, everything looked up anew. */
export class Reference {
  private readonly pictures: Delivery[] = [];
  /** Those of which it is known what they show. */
  private readonly frames: Delivery[] = [];
  private readonly raised = new Set<string>();
  private readonly over = new Map<string, Delivery>();
  private readonly sent = new Map<string, number>();

  constructor(private readonly rules: AlertRules) {}

  /** What has come to its end by a moment, by the camera's clock, which goes on after its pictures. */
  pass(now: number): string[] {
    return [...this.raised].flatMap((id) => {
      if (!this.isGone(id, now)) return [];
      this.raised.delete(id);
      this.over.set(id, [...this.frames].sort(inOrder).at(-1)!);
      return [`cleared ${id}`];
    });
  }

  take(delivery: Delivery): string[] {
    this.pictures.push(delivery);
    if (delivery.shows === "?") return this.pass(delivery.now);
    const { raise, cooldownMs } = this.rules;
    this.frames.push(delivery);
    const sorted = [...this.frames].sort(inOrder);
    const newest = sorted.at(-1)!.time;
    const changes = this.pass(delivery.now);
    const id = delivery.shows;
    if (id === "-" || this.raised.has(id)) return changes;
    const evidence = sorted
      .slice(raise.of === null ? 0 : -raise.of)
      .filter((each) => each.shows === id && this.isAfter(id, each))
      .filter(({ time }) => raise.withinMs === null || newest - time <= raise.withinMs);
    if (evidence.length < raise.frames || !evidence.includes(delivery)) return changes;
    if (this.isGone(id, delivery.now)) return changes;
    if (delivery.now - (this.sent.get(id) ?? -Infinity) < cooldownMs) return changes;
    this.raised.add(id);
    this.sent.set(id, delivery.now);
    return [...changes, `raised ${id}`];
  }

  private isGone(id: string, now: number): boolean {
    const { clear } = this.rules;
    const newest = this.pictures.reduce((one, other) => (other.time >= one.time ? other : one));
    const seen = this.frames.filter((each) => each.shows === id && this.isAfter(id, each));
    const last = seen.sort(inOrder).at(-1)!;
    const without = this.frames.filter((each) => inOrder(each, last) > 0).length;
    const passed = newest.time + now - newest.now - last.time;
    return (
      (clear.frames !== null && without >= clear.frames) ||
      (clear.afterMs !== null && without > 0 && passed >= clear.afterMs)
    );
  }

  private isAfter(id: string, delivery: Delivery): boolean {
    const over = this.over.get(id);
    return !over || inOrder(delivery, over) > 0;
  }
}
