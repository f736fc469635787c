import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { AlertPayload } from "../../lib/alert/alert-message";
import { MqttProbe, requireMosquitto, startMosquitto } from "../helpers/mosquitto";
import { resultTopic, startWorker, takenTopic } from "../helpers/workers";
import { findPort } from "./browser/helpers/editor";

const PHOTOS = path.resolve(__dirname, "../../examples/photos");
const FRAMES = 12;

/** Example 17 on two machines: the broker shares the pictures out, one machine raises alerts. */
describe("many workers on one Mosquitto", function () {
  this.timeout(120_000);
  let probe: MqttProbe;
  const ends: (() => Promise<unknown>)[] = [];

  before(async function () {
    requireMosquitto(this);
    const folder = await mkdtemp(path.join(tmpdir(), "tlac-workers-"));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const broker = await startMosquitto(folder, await findPort());
    ends.push(() => broker.stop());
    probe = await MqttProbe.connect(broker.port, "#");
    ends.push(() => probe.close());
    for (const number of [1, 2]) {
      const options = { brokerPort: broker.port, number, alerts: number === 1 };
      const worker = await startWorker(options);
      ends.push(() => worker.stop());
    }
    // Whoever is not there yet would leave all to the other.
    const photo = await readFile(path.join(PHOTOS, "cat.jpg"));
    for (let turn = 0; ; turn += 1) {
      const camera = `warm-${turn}`;
      await probe.publish(`cameras/${camera}`, photo);
      await probe.until(resultTopic(camera), "");
      if ([1, 2].every((worker) => takenBy(worker, "warm-").length > 0)) break;
    }
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  const takenBy = (worker: number, prefix: string): string[] =>
    probe.heard
      .map(({ topic }) => topic)
      .filter((topic) => topic.startsWith(takenTopic(worker, prefix)));

  it("judges each picture once, and both have their share", async () => {
    const photo = await readFile(path.join(PHOTOS, "espresso.jpg"));
    const cameras = Array.from({ length: FRAMES }, (_, index) => `share-${index}`);
    await Promise.all(cameras.map((camera) => probe.publish(`cameras/${camera}`, photo)));
    for (const camera of cameras) await probe.until(resultTopic(camera), "espresso");
    // One more through each, and whatever would come twice has come.
    await probe.publish("cameras/last", photo);
    await probe.until(resultTopic("last"), "");
    for (const camera of cameras) assert.equal(probe.on(resultTopic(camera)).length, 1, camera);
    const shares = [1, 2].map((worker) => takenBy(worker, "share-").length);
    assert.deepEqual(shares, [FRAMES / 2, FRAMES / 2]);
  });

  it("raises one alert for a camera whose frames went to different workers", async () => {
    const photo = await readFile(path.join(PHOTOS, "giant-panda.jpg"));
    const topic = "plant/alert/gate/giant-panda";
    for (let frame = 0; frame < 4; frame += 1) await probe.publish("cameras/gate", photo);
    const { text } = await probe.until(topic, '"event":"raised"');
    const { camera, state, count } = JSON.parse(text) as AlertPayload;
    assert.deepEqual([camera, state], ["gate", "raised"]);
    assert.ok(count >= 3);
    assert.ok([1, 2].every((worker) => takenBy(worker, "gate").length > 0));
    assert.equal(probe.on(topic).filter((each) => each.text.includes('"raised"')).length, 1);
  });
});
