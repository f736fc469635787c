/** What the specs of alerts have in common: rules, frames and a clock that stands still. */
import type { AlertEvent } from "../../lib/alert/alert-event";
import { toClassNames, type AlertRules } from "../../lib/alert/alert-rules";
import type { Clock } from "../../lib/alert/alert-desk";
import type { Sighting } from "../../lib/alert/sighting";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** 2026-01-01T00:00:00Z. */
export const START = 1_767_225_600_000;

export const RULES: AlertRules = {
  classes: toClassNames([]),
  level: "info",
  minConfidence: 0,
  unknownIsGone: false,
  raise: { frames: 2, of: 3, withinMs: null },
  clear: { frames: 2, afterMs: null },
  cooldownMs: 0,
  escalateMs: null,
  silentMs: null,
};

let decisions = 0;

/** `-`: none of the classes; `?`: not known; anything else: a class of level `warning`. */
export function frame(shows: string, time: number): Sighting {
  const base = { time, decision: `d${String((decisions += 1))}`, language: null };
  if (shows === "?") return { ...base, found: undefined };
  if (shows === "-") return { ...base, found: null };
  return { ...base, found: { class: shows, label: shows, level: "warning", confidence: 0.9 } };
}

/** An event in short: `raised a`, `cleared no picture`. */
export function short({ change, class: id }: AlertEvent): string {
  return `${change} ${id ?? "no picture"}`;
}

/** Goes on only when it is told to, and then calls what is due, in the order in which it is due. */
export class FakeClock implements Clock {
  /** Each resolves once what was begun is done. */
  readonly settlers: (() => Promise<unknown>)[] = [];
  private readonly timers = new Set<{ due: number; work: () => void }>();

  constructor(private time = START) {}

  now(): number {
    return this.time;
  }

  after(ms: number, work: () => void): () => void {
    const timer = { due: this.time + ms, work };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Lets time pass; between timers, what they have begun gets its turns. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await this.settle();
      const [next] = [...this.timers].sort((one, other) => one.due - other.due);
      if (!next || next.due > end) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.due);
      next.work();
    }
    this.time = end;
    await this.settle();
  }

  /** As an operator or NTP does. */
  set(time: number): void {
    this.time = time;
  }

  private async settle(): Promise<void> {
    for (const settled of this.settlers) await settled();
  }
}
