import assert from "node:assert/strict";

import type { AlertEvent } from "../../lib/alert/alert-event";
import { toClassNames, type AlertRules } from "../../lib/alert/alert-rules";
import { createCameraState, type CameraState } from "../../lib/alert/camera-state";
import {
  nextChange,
  observe,
  passTime,
  reset,
  tellAll,
  type Step,
} from "../../lib/alert/watch-camera";
import { MINUTE, SECOND, START } from "../helpers/fake-clock";
import { frame, RULES, short } from "./workbench";

/** One camera under some rules, a frame a second unless told otherwise. */
class Watch {
  state: CameraState = createCameraState("gate", START);
  now = START;
  readonly events: AlertEvent[] = [];
  private readonly rules: AlertRules;

  constructor(rules: Partial<AlertRules> = {}) {
    this.rules = { ...RULES, ...rules };
  }

  /** Frames of one letter each, a second apart; what they bring about. */
  see(frames: string, every = SECOND): string[] {
    return Array.from(frames).flatMap((shows) => {
      this.now += every;
      return this.seeAt(shows, this.now);
    });
  }

  /** A frame of a time of its own, now. */
  seeAt(shows: string, time: number): string[] {
    return this.take(observe(this.rules, this.state, frame(shows, time), this.now));
  }

  wait(ms: number): string[] {
    this.now += ms;
    return this.take(passTime(this.rules, this.state, this.now));
  }

  reset(): string[] {
    return this.take(reset(this.state, this.now));
  }

  get dueIn(): number {
    return nextChange(this.rules, this.state) - this.now;
  }

  get last(): AlertEvent {
    return this.events.at(-1)!;
  }

  /** Changes alone; that something is first heard of is left out. */
  private take({ state, events }: Step): string[] {
    this.state = JSON.parse(JSON.stringify(state)) as CameraState;
    const changes = events.filter(({ change }) => change !== "state");
    this.events.push(...changes);
    return changes.map(short);
  }
}

describe("alerts: raising", () => {
  it("takes N of the last M judged frames", () => {
    const watch = new Watch();
    assert.deepEqual(watch.see("a--a-"), []);
    assert.deepEqual(watch.see("a"), ["raised a"]);
    assert.deepEqual(watch.see("aaaaa"), []);
  });

  it("does so with the first frame where one is enough", () => {
    assert.deepEqual(new Watch({ raise: { frames: 1, of: 1, withinMs: null } }).see("a"), [
      "raised a",
    ]);
  });

  it("takes frames that are not known for neither: they do not break a row", () => {
    const watch = new Watch();
    assert.deepEqual(watch.see("a????"), []);
    assert.deepEqual(watch.see("a"), ["raised a"]);
    assert.deepEqual(watch.see("-????????"), []);
    assert.deepEqual(watch.see("-"), ["cleared a"]);
  });

  it("takes N within T seconds, whatever else is in between", () => {
    const watch = new Watch({ raise: { frames: 3, of: null, withinMs: 10 * SECOND } });
    assert.deepEqual(watch.see("a-----a-----"), []);
    assert.deepEqual(watch.see("a--"), []);
    assert.deepEqual(watch.see("a"), ["raised a"]);
  });

  it("tells since when, how often and how sure", () => {
    const watch = new Watch();
    watch.see("-a-a");
    const { since, count, confidence, decision, level, isRaised, label } = watch.last;
    assert.deepEqual(
      { since, count, confidence, level, isRaised, label },
      {
        since: START + 2 * SECOND,
        count: 2,
        confidence: 0.9,
        level: "warning",
        isRaised: true,
        label: "a",
      },
    );
    assert.equal(decision, watch.state.frames.at(-1)?.decision);
  });

  it("follows each class by itself", () => {
    const watch = new Watch({ raise: { frames: 2, of: 4, withinMs: null } });
    assert.deepEqual(watch.see("abab"), ["raised a", "raised b"]);
    assert.deepEqual(watch.see("bb"), ["cleared a"]);
  });

  it("looks at levels, or at the classes that are chosen, by id or label", () => {
    assert.deepEqual(new Watch({ level: "critical" }).see("aaa"), []);
    assert.deepEqual(new Watch({ level: "warning" }).see("aa"), ["raised a"]);
    const chosen = new Watch({ level: "critical", classes: toClassNames(["Ａ", "c"]) });
    assert.deepEqual(chosen.see("aabb"), ["raised a", "cleared a"]);
  });

  it("goes by the frames' own time, in whatever order they come", () => {
    const watch = new Watch();
    watch.now += MINUTE;
    assert.deepEqual(watch.seeAt("a", START + 10), []);
    assert.deepEqual(watch.seeAt("-", START + 30), []);
    assert.deepEqual(watch.seeAt("-", START + 40), []);
    // Of the last three by time, it is the fourth.
    assert.deepEqual(watch.seeAt("a", START + 5), []);
    assert.deepEqual(watch.seeAt("-", START + 20), []);
    assert.deepEqual(watch.seeAt("a", START + 35), []);
    assert.deepEqual(watch.seeAt("a", START + 37), ["raised a"]);
    assert.equal(watch.last.since, START + 35);
    // Before it was seen last: no sign that it is gone.
    assert.deepEqual(watch.seeAt("-", START + 36), []);
    assert.deepEqual(watch.seeAt("-", START + 41), ["cleared a"]);
  });

  it("counts a decision once, however often it is delivered", () => {
    const watch = new Watch();
    const once = frame("a", START);
    for (let turn = 0; turn < 5; turn += 1) {
      watch.state = observe(RULES, watch.state, once, START).state;
    }
    assert.equal(watch.state.frames.length, 1);
  });
});

describe("alerts: clearing", () => {
  it("takes K judged frames without the class in a row", () => {
    const watch = new Watch();
    watch.see("aa");
    assert.deepEqual(watch.see("-a-a-"), []);
    assert.deepEqual(watch.see("b"), ["cleared a"]);
    assert.equal(watch.last.count, 4);
    assert.equal(watch.last.isRaised, false);
  });

  it("begins anew afterwards: what was seen before is no evidence", () => {
    const watch = new Watch({ raise: { frames: 2, of: 5, withinMs: null } });
    watch.see("aaa");
    assert.deepEqual(watch.see("--a"), ["cleared a"]);
    assert.deepEqual(watch.see("a"), ["raised a"]);
  });

  it("takes T seconds without it, once a judged frame has shown something else", () => {
    const watch = new Watch({ clear: { frames: null, afterMs: 10 * SECOND } });
    watch.see("aa");
    assert.equal(watch.dueIn, Infinity);
    assert.deepEqual(watch.see("????????????"), []);
    assert.deepEqual(watch.see("a--"), []);
    assert.equal(watch.dueIn, 8 * SECOND);
    assert.deepEqual(watch.wait(8 * SECOND - 1), []);
    assert.deepEqual(watch.wait(1), ["cleared a"]);
    assert.equal(watch.dueIn, Infinity);
  });

  it("keeps an alert for ever where nothing ends it, until it is reset by hand", () => {
    const watch = new Watch({ clear: { frames: null, afterMs: null } });
    watch.see("aa");
    assert.deepEqual(watch.see("-".repeat(50)), []);
    assert.deepEqual(watch.reset(), ["cleared a"]);
    assert.deepEqual(watch.reset(), []);
    assert.deepEqual(watch.see("a"), []);
    assert.deepEqual(watch.see("a"), ["raised a"]);
  });

  it("takes the outcome unknown for gone only where told so", () => {
    const watch = new Watch();
    watch.see("aa");
    assert.deepEqual(watch.see("?????"), []);
  });

  it("ends an alert of a class that is no longer chosen, and raises no other", () => {
    const rules = { ...RULES, classes: toClassNames(["b"]) };
    const watch = new Watch();
    watch.see("aa");
    let { state } = watch;
    const changes: string[] = [];
    for (const shows of "aa--aaa") {
      watch.now += SECOND;
      const step = observe(rules, state, frame(shows, watch.now), watch.now);
      state = step.state;
      changes.push(...step.events.map(short));
    }
    assert.deepEqual(changes, ["cleared a"]);
  });
});

describe("alerts: cooldown, escalation, silence", () => {
  it("counts the cooldown from the last alert that was sent", () => {
    const watch = new Watch({ cooldownMs: MINUTE });
    assert.deepEqual(watch.see("aa"), ["raised a"]);
    assert.deepEqual(watch.see("--"), ["cleared a"]);
    // Each of these would be one; none of them was sent, so none of them prolongs it.
    for (let turn = 0; turn < 9; turn += 1) assert.deepEqual(watch.see("aa--"), []);
    assert.deepEqual(watch.see("---".repeat(7)), []);
    assert.deepEqual(watch.see("aa"), ["raised a"]);
  });

  it("raises what outlasts the cooldown with its next frame", () => {
    const watch = new Watch({ cooldownMs: MINUTE });
    watch.see("aa--");
    assert.deepEqual(watch.see("a".repeat(57)), []);
    assert.deepEqual(watch.see("a"), ["raised a"]);
  });

  it("raises the level by one each T minutes, up to the highest", () => {
    const watch = new Watch({ level: "none", escalateMs: MINUTE });
    watch.see("aa");
    assert.equal(watch.dueIn, MINUTE);
    assert.deepEqual(watch.wait(MINUTE), ["escalated a"]);
    assert.equal(watch.last.level, "critical");
    assert.equal(watch.dueIn, Infinity);
    assert.deepEqual(watch.wait(MINUTE), []);
    watch.see("--");
    watch.see("aa");
    assert.equal(watch.last.level, "warning");
  });

  it("takes a camera without pictures for an alert, and a picture of any kind for its end", () => {
    const watch = new Watch({ silentMs: 5 * MINUTE, escalateMs: 10 * MINUTE });
    watch.see("?");
    assert.equal(watch.dueIn, 5 * MINUTE);
    assert.deepEqual(watch.wait(5 * MINUTE), ["raised no picture"]);
    assert.deepEqual([watch.last.class, watch.last.level], [null, "warning"]);
    assert.equal(watch.last.durationMs, 5 * MINUTE);
    assert.deepEqual(watch.wait(10 * MINUTE), ["escalated no picture"]);
    assert.deepEqual(watch.see("?"), ["cleared no picture"]);
    assert.equal(watch.last.durationMs, 15 * MINUTE + SECOND);
  });

  it("leaves an alert on while its camera is silent", () => {
    const watch = new Watch({ silentMs: MINUTE, clear: { frames: 2, afterMs: MINUTE } });
    watch.see("aa");
    assert.deepEqual(watch.wait(10 * MINUTE), ["raised no picture"]);
    assert.deepEqual(
      tellAll(watch.state, watch.now).map(({ isRaised }) => isRaised),
      [true, true],
    );
  });
});

describe("alerts: clocks that are wrong", () => {
  it("follow a camera whose clock is hours off", () => {
    const watch = new Watch({ clear: { frames: null, afterMs: 10 * SECOND }, escalateMs: MINUTE });
    const off = -7 * 60 * MINUTE;
    watch.seeAt("a", START + off);
    assert.deepEqual(watch.seeAt("a", START + off + SECOND), ["raised a"]);
    assert.equal(watch.dueIn, MINUTE);
    watch.seeAt("-", START + off + 2 * SECOND);
    assert.equal(watch.dueIn, 9 * SECOND);
  });

  it("find back after a frame from the far future, and after a clock that was set back", () => {
    for (const jump of [100 * 365 * 24 * 60 * MINUTE, 60 * MINUTE]) {
      const watch = new Watch();
      watch.see("--");
      watch.seeAt("-", watch.now + jump);
      assert.deepEqual(watch.see("---"), []);
      assert.deepEqual(watch.see("aa"), ["raised a"], String(jump));
      assert.deepEqual(watch.see("--"), ["cleared a"], String(jump));
    }
  });

  it("do not let the cooldown last for ever when our own clock is set back", () => {
    const watch = new Watch({ cooldownMs: MINUTE });
    watch.see("aa--");
    watch.now -= 24 * 60 * MINUTE;
    watch.see("-----");
    assert.deepEqual(watch.see("aa"), ["raised a"]);
  });
});
