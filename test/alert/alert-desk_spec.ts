import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { AlertDesk, type Dispatch, type Picture } from "../../lib/alert/alert-desk";
import type { AlertRules } from "../../lib/alert/alert-rules";
import type { CameraState } from "../../lib/alert/camera-state";
import { StateFolder } from "../../lib/alert/state-folder";
import { FakeClock, MINUTE, SECOND, START } from "../helpers/fake-clock";
import { frame, RULES, short } from "./workbench";

/** Tells when all is on the disk. */
class WatchedFolder extends StateFolder {
  saved: Promise<void> = Promise.resolve();

  override save(state: CameraState): Promise<void> {
    const save = super.save(state);
    this.saved = save.catch(() => undefined);
    return save;
  }
}

/** A desk with a folder of its own, or one that it shares, and what it has sent. */
class Office {
  readonly sent: Dispatch[] = [];
  readonly troubles: string[] = [];
  readonly errors: unknown[] = [];
  /** What has to be over before anything is sent. */
  hold: Promise<void> | undefined;
  onHold = (): void => undefined;
  readonly desk: AlertDesk;

  constructor(
    readonly folder: string,
    readonly clock: FakeClock,
    rules: Partial<AlertRules> = {},
  ) {
    const store = new WatchedFolder(folder);
    this.desk = new AlertDesk({
      rules: { ...RULES, ...rules },
      store,
      mostCameras: 20,
      clock,
      prepare: async (dispatches) => {
        if (this.hold) this.onHold();
        await this.hold;
        return () => {
          this.sent.push(...dispatches);
        };
      },
      onTrouble: (kind, detail) => this.troubles.push(`${kind} ${path.basename(detail)}`),
      onError: (thrown) => this.errors.push(thrown),
    });
    // What asks for nothing has its turn after all that was begun.
    clock.settlers.push(async () => {
      await this.desk.reset("nobody").catch(() => undefined);
      await store.saved;
    });
  }

  /** Frames of one letter each, a second apart. */
  async see(frames: string, camera = "gate", picture?: Picture): Promise<string[]> {
    const before = this.sent.length;
    for (const shows of Array.from(frames)) {
      this.clock.set(this.clock.now() + SECOND);
      await this.desk.take(camera, [frame(shows, this.clock.now())], [picture]);
    }
    return this.since(before);
  }

  /** What was sent from a place on, in short; what is only told once more is left out. */
  since(from: number): string[] {
    return this.sent
      .slice(from)
      .filter(({ event }) => event.change !== "state")
      .map(({ event }) => short(event));
  }
}

describe("alerts: the desk of a node", () => {
  let folder: string;
  let clock: FakeClock;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "alerts-"));
    clock = new FakeClock();
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const open = (rules: Partial<AlertRules> = {}): Office => new Office(folder, clock, rules);

  it("keeps cameras apart", async () => {
    const office = open();
    assert.deepEqual(await office.see("a", "gate"), []);
    assert.deepEqual(await office.see("a", "line"), []);
    assert.deepEqual(await office.see("a", "gate"), ["raised a"]);
    assert.deepEqual(await office.see("--", "line"), []);
    await office.desk.close();
  });

  for (const [name, frames, later, expected] of [
    ["raised: not once more, and cleared", "aa", "aa--", ["cleared a"]],
    ["half raised: with the first frame that is missing", "a", "a", ["raised a"]],
    ["half cleared: with the last one", "aa-", "-", ["cleared a"]],
  ] as const) {
    it(`outlives a restart while an alert is ${name}`, async () => {
      const office = open();
      await office.see(frames);
      await office.desk.close();
      const next = open();
      assert.deepEqual(await next.see(later), expected);
      assert.equal(next.desk.raised.length, expected[0] === "raised a" ? 1 : 0);
      await next.desk.close();
    });
  }

  it("keeps the cooldown over a restart", async () => {
    const office = open({ cooldownMs: MINUTE });
    await office.see("aa--");
    await office.desk.close();
    const next = open({ cooldownMs: MINUTE });
    assert.deepEqual(await next.see("aaa"), []);
    clock.set(START + 2 * MINUTE);
    assert.deepEqual(await next.see("a"), ["raised a"]);
    await next.desk.close();
  });

  it("has written what it has sent a moment later, without being closed", async () => {
    const office = open();
    await office.see("aa");
    await clock.pass(1);
    while (!existsSync(path.join(folder, "gate.json"))) await sleep(2);
    // The first one is never closed, as in a crash.
    const next = open();
    assert.deepEqual(await next.see("a--"), ["cleared a"]);
    await next.desk.close();
  });

  it("sends no half of a change: what is closed before it is sent is not raised either", async () => {
    const office = open();
    await office.see("a");
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      office.hold = new Promise((go) => {
        release = go;
      });
      office.onHold = resolve;
    });
    const taken = office.see("a");
    await held;
    const closed = office.desk.close();
    release();
    await assert.rejects(taken, { code: "CLOSED" });
    await closed;
    assert.deepEqual(office.since(0), []);
    const next = open();
    assert.deepEqual(await next.see("a"), ["raised a"]);
    await next.desk.close();
    await assert.rejects(next.see("a"), { code: "CLOSED" });
  });

  it("wakes for what time brings: escalation, the end after T seconds, silence", async () => {
    const office = open({
      escalateMs: 2 * MINUTE,
      silentMs: 5 * MINUTE,
      clear: { frames: null, afterMs: 3 * MINUTE },
    });
    const picture = Buffer.from("picture");
    await office.see("a", "gate", Buffer.from("first"));
    await office.see("a", "gate", picture);
    await clock.pass(2 * MINUTE);
    await office.see("-", "gate");
    await clock.pass(MINUTE);
    await clock.pass(20 * MINUTE);
    const told = office.sent.filter(({ event }) => event.change !== "state");
    assert.deepEqual(
      told.map(({ event }) => `${short(event)} ${event.level}`),
      [
        "raised a warning",
        "escalated a critical",
        "cleared a warning",
        "raised no picture warning",
        "escalated no picture critical",
      ],
    );
    // What has no picture of its own shows the newest one of what it is about.
    assert.deepEqual(told[1]?.picture, picture);
    assert.deepEqual([told[2]?.picture, told[3]?.picture], [undefined, undefined]);
    assert.deepEqual(office.errors, []);
    await office.desk.close();
    assert.equal(clock.waiting, 0);
  });

  it("does not call a camera silent for the time in which nobody listened", async () => {
    const office = open({ silentMs: 5 * MINUTE });
    await office.see("-");
    await office.desk.close();
    clock.set(START + 60 * MINUTE);
    const next = open({ silentMs: 5 * MINUTE });
    await clock.pass(4 * MINUTE);
    assert.deepEqual(next.since(0), []);
    await clock.pass(2 * MINUTE);
    assert.deepEqual(next.since(0), ["raised no picture"]);
    await next.desk.close();
  });

  it("tells all states when asked, those that are over too", async () => {
    const office = open();
    await office.see("aa--bb");
    const before = office.sent.length;
    await office.desk.announce();
    const told = office.sent.slice(before).map(({ event }) => [short(event), event.isRaised]);
    assert.deepEqual(told, [
      ["state a", false],
      ["state b", true],
    ]);
    await office.desk.close();
  });

  it("ends alerts by hand, of all cameras or of one, which it forgets", async () => {
    const office = open();
    await office.see("aa", "gate");
    await office.see("bb", "line");
    const before = office.sent.length;
    const known = await office.desk.reset("gate");
    assert.deepEqual(known.map(short), ["state a"]);
    assert.deepEqual(office.since(before), ["cleared a"]);
    assert.equal(office.desk.cameras, 1);
    await office.desk.reset();
    assert.deepEqual(office.since(before), ["cleared a", "cleared b"]);
    await office.desk.close();
    assert.deepEqual(await readdir(folder), ["line.json"]);
  });

  it("begins anew where a file is damaged, and says so", async () => {
    const office = open();
    await office.see("aa", "gate");
    await office.see("aa", "line");
    await office.desk.close();
    const file = path.join(folder, "gate.json");
    const whole = await readFile(file, "utf8");
    for (const damaged of [
      whole.slice(0, 100),
      "null",
      "[]",
      whole.replace(/"time":\d+/, '"time":"x"'),
    ]) {
      await writeFile(file, damaged);
      const next = open();
      assert.deepEqual(await next.see("--", "line"), ["cleared a"]);
      assert.deepEqual(await next.see("--aa", "gate"), ["raised a"]);
      assert.deepEqual(next.troubles, ["unreadable gate.json"]);
      await next.see("aa", "line");
      await next.desk.close();
    }
  });

  it("goes on where nothing can be written, and says so once", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    const office = new Office(path.join(file, "below"), clock);
    assert.deepEqual(await office.see("aa--aa--"), [
      "raised a",
      "cleared a",
      "raised a",
      "cleared a",
    ]);
    await clock.pass(10 * MINUTE);
    assert.equal(office.troubles.filter((trouble) => trouble.startsWith("unwritten")).length, 1);
    await office.desk.close();
  });

  it("keeps so many cameras, of more those that were heard last, and those with an alert", async () => {
    const office = open({ raise: { frames: 1, of: 1, withinMs: null } });
    await office.see("a", "camera raised");
    for (let camera = 0; camera < 30; camera += 1) await office.see("-", `camera ${camera}`);
    assert.equal(office.desk.cameras, 20);
    assert.deepEqual(await office.see("--", "camera raised"), ["cleared a"]);
    await office.desk.close();
  });
});

describe("alerts: two processes on one folder", () => {
  let folder: string;
  let clock: FakeClock;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "alerts-"));
    clock = new FakeClock();
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("do not touch each other's cameras", async () => {
    const one = new Office(folder, clock);
    const other = new Office(folder, clock);
    await one.see("aa", "gate");
    await other.see("bb", "line");
    await one.see("a", "gate");
    await one.desk.close();
    await other.desk.close();
    const next = new Office(folder, clock);
    assert.deepEqual(await next.see("--", "gate"), ["cleared a"]);
    assert.deepEqual(await next.see("--", "line"), ["cleared b"]);
    await next.desk.close();
  });

  it("hand a camera on with its alert: no second one, no lost end", async () => {
    const one = new Office(folder, clock);
    const other = new Office(folder, clock);
    assert.deepEqual(await one.see("aa", "gate"), ["raised a"]);
    await one.desk.close();
    assert.deepEqual(await other.see("aaa--", "gate"), ["cleared a"]);
    await other.desk.close();
  });

  it("tell what time brings once", async () => {
    const rules = { silentMs: 5 * MINUTE };
    const one = new Office(folder, clock, rules);
    await one.see("-", "gate");
    await one.desk.close();
    const offices = [new Office(folder, clock, rules), new Office(folder, clock, rules)];
    await clock.pass(0);
    await clock.pass(MINUTE);
    await offices[0]!.see("-", "gate");
    await clock.pass(6 * MINUTE);
    // The other had not heard the camera for longer, but the file tells that somebody has.
    assert.deepEqual(
      offices.flatMap((office) => office.since(0)),
      ["raised no picture"],
    );
    for (const { desk } of offices) await desk.close();
  });
});
