import assert from "node:assert/strict";

import type { AlertRules } from "../../lib/alert/alert-rules";
import { createCameraState, type CameraState } from "../../lib/alert/camera-state";
import { nextChange, observe, passTime, type Step } from "../../lib/alert/watch-camera";
import { START } from "../helpers/fake-clock";
import { frame, RULES, short } from "./workbench";

/** One frame of a stream: what it shows, when it was taken, when it came. */
interface Delivery {
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
class Reference {
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

/** Numbers from 0 up to `below`, the same for the same seed (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function throwRules(roll: (below: number) => number): AlertRules {
  const frames = 1 + roll(4);
  const isByTime = roll(3) === 0;
  return {
    ...RULES,
    raise: {
      frames,
      of: isByTime ? null : frames + roll(4),
      withinMs: isByTime || roll(3) === 0 ? 1_000 * (1 + roll(20)) : null,
    },
    clear: {
      frames: roll(4) === 0 ? null : 1 + roll(5),
      afterMs: roll(3) === 0 ? 1_000 * (1 + roll(15)) : null,
    },
    cooldownMs: roll(2) * 1_000 * roll(60),
  };
}

/** Frames that come some seconds apart, sometimes late and past each other. */
function throwStream(roll: (below: number) => number, length: number): Delivery[] {
  let now = START;
  let mood = "-";
  // Some cameras tell seconds alone.
  const step = roll(2) === 0 ? 1 : 4_000;
  return Array.from({ length }, (_, index) => {
    now += 1 + roll(4_000);
    // Things stay for a while, as they do in front of a camera.
    if (roll(6) === 0) mood = "aab--?".charAt(roll(6));
    const shows = roll(8) === 0 ? "ab-?".charAt(roll(4)) : mood;
    const lag = roll(3) === 0 ? roll(20_000) : 0;
    return { shows, time: Math.floor((now - lag) / step) * step, now, index };
  });
}

describe("alerts: any stream of frames", () => {
  it("brings about what a simple model of the rules says, over restarts too", () => {
    let raised = 0;
    let cleared = 0;
    for (let seed = 1; seed <= 250; seed += 1) {
      const roll = dice(seed);
      const rules = throwRules(roll);
      const reference = new Reference(rules);
      let state: CameraState = createCameraState("gate", START);
      const told: string[] = [];
      let last = START;
      for (const [index, delivery] of throwStream(roll, 80).entries()) {
        const { shows, time, now } = delivery;
        if (roll(20) === 0) state = JSON.parse(JSON.stringify(state)) as CameraState;
        const where = `seed ${seed}, frame ${index}`;
        const take = (step: Step, expected: string[]): void => {
          state = step.state;
          const changes = step.events.filter(({ change }) => change !== "state").map(short);
          assert.deepEqual(changes, expected, where);
          told.push(...changes);
        };
        const due = Math.max(nextChange(rules, state), last);
        last = now;
        if (due <= now) take(passTime(rules, state, due), reference.pass(due));
        take(observe(rules, state, frame(shows, time), now), reference.take(delivery));
      }
      for (const id of ["a", "b"]) {
        const own = told.filter((change) => change.endsWith(id));
        const expected = own.map((_, at) => `${at % 2 === 0 ? "raised" : "cleared"} ${id}`);
        assert.deepEqual(own, expected, `seed ${seed}`);
      }
      raised += told.filter((change) => change.startsWith("raised")).length;
      cleared += told.filter((change) => change.startsWith("cleared")).length;
    }
    // Streams in which nothing happens would prove nothing.
    assert.ok(raised > 500 && cleared > 300, `${raised} raised, ${cleared} cleared`);
  });
});
