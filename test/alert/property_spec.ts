import assert from "node:assert/strict";

import type { AlertRules } from "../../lib/alert/alert-rules";
import { createCameraState, type CameraState } from "../../lib/alert/camera-state";
import { nextChange, observe, passTime, type Step } from "../../lib/alert/watch-camera";
import { START } from "../helpers/fake-clock";
import { Reference, type Delivery } from "./reference";
import { frame, RULES, short } from "./workbench";

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
