import assert from "node:assert/strict";

import { CameraWatch, type CameraState } from "../../lib/camera/camera-watch";
import type { PictureSource } from "../../lib/camera/picture-source";
import { FakeClock, MINUTE, SECOND, START } from "../helpers/fake-clock";
import { jpegOf } from "./camera-server";

const PICTURE = jpegOf("picture");

/** A camera that does as it is told. */
class ScriptedCamera implements PictureSource {
  readonly taken: number[] = [];
  closed = false;
  answer: () => Promise<Buffer> = () => Promise.resolve(PICTURE);

  constructor(private readonly clock: FakeClock) {}

  take(): Promise<Buffer> {
    this.taken.push(this.clock.now() - START);
    return this.answer();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

describe("cameras: their watch", () => {
  let clock: FakeClock;
  let camera: ScriptedCamera;
  let watch: CameraWatch;
  let pictures: number[];
  let states: string[];

  const start = (intervalMs: number | null, random = 0.5): void => {
    watch = new CameraWatch({
      source: camera,
      intervalMs,
      timeoutMs: 10 * SECOND,
      clock,
      random: () => random,
      onPicture: (picture, time) => {
        assert.deepEqual(picture, PICTURE);
        pictures.push(time - START);
      },
      onState: ({ health, failures }: CameraState) => states.push(`${health} ${failures}`),
    });
    watch.start();
  };
  const fail = (): Promise<Buffer> => Promise.reject(new Error("no route"));

  beforeEach(() => {
    clock = new FakeClock();
    clock.settlers.push(() => new Promise((resolve) => setImmediate(resolve)));
    camera = new ScriptedCamera(clock);
    pictures = [];
    states = [];
  });
  afterEach(async () => {
    await watch.close();
    assert.ok(camera.closed);
    assert.equal(clock.waiting, 0);
  });

  it("takes a picture each interval, the first one early in it", async () => {
    start(10 * SECOND);
    await clock.pass(35 * SECOND);
    assert.deepEqual(pictures, [500, 10_500, 20_500, 30_500]);
    assert.deepEqual(states, ["ok 0"]);
  });

  it("waits up to a tenth longer or shorter, so that cameras do not ask in step", async () => {
    for (const [random, times] of [
      [0, [0, 9_000, 18_000]],
      [0.999, [999, 11_997, 22_995]],
    ] as const) {
      clock = new FakeClock();
      clock.settlers.push(() => new Promise((resolve) => setImmediate(resolve)));
      camera = new ScriptedCamera(clock);
      start(10 * SECOND, random);
      await clock.pass(23 * SECOND);
      assert.deepEqual(camera.taken.map(Math.round), times);
      await watch.close();
    }
  });

  it("turns yellow, then red, backs off and says so once, and once that it is back", async () => {
    camera.answer = fail;
    start(SECOND);
    await clock.pass(10 * MINUTE);
    assert.deepEqual(states, ["failing 1", "down 3"]);
    const pauses = camera.taken
      .slice(1)
      .map((time, index) => (time - camera.taken[index]!) / SECOND);
    assert.deepEqual(pauses.slice(0, 9).map(Math.round), [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    camera.answer = () => Promise.resolve(PICTURE);
    await clock.pass(2 * MINUTE);
    assert.deepEqual(states, ["failing 1", "down 3", "ok 0"]);
    assert.ok(pictures.length > 50);
  });

  it("asks no oftener than its interval, where that is longer than any pause", async () => {
    camera.answer = fail;
    start(5 * MINUTE);
    await clock.pass(30 * MINUTE);
    assert.equal(camera.taken.length, 6);
  });

  it("takes what is no picture for a failure", async () => {
    camera.answer = () => Promise.resolve(Buffer.from("<html>Please log in</html>"));
    start(null);
    await assert.rejects(watch.take(), { code: "CAMERA_UNREACHABLE" });
    assert.deepEqual(states, ["failing 1"]);
    assert.match(watch.current.error?.message ?? "", /26 bytes/);
  });

  it("asks once for all who ask at the same time, and never twice at once", async () => {
    let release = (): void => undefined;
    camera.answer = () =>
      new Promise((resolve) => {
        release = () => {
          resolve(PICTURE);
        };
      });
    start(SECOND);
    const asked = [watch.take(), watch.take()];
    await clock.pass(5 * SECOND);
    assert.equal(camera.taken.length, 1);
    release();
    assert.deepEqual(await Promise.all(asked), [PICTURE, PICTURE]);
    camera.answer = () => Promise.resolve(PICTURE);
    await clock.pass(0);
    // What has taken longer than an interval is followed by the next one at once.
    assert.deepEqual(pictures, [5_000, 5_000]);
  });

  it("ends what is under way when it is closed", async () => {
    camera.answer = () => new Promise(() => undefined);
    start(null);
    const taken = watch.take();
    await watch.close();
    await assert.rejects(taken, { code: "CLOSED" });
    assert.deepEqual(states, []);
  });
});
