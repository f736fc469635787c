import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";

import type { NodeMessageInFlow } from "node-red";

import en from "../../locales/en-US/lib/camera.json";
import ja from "../../locales/ja/lib/camera.json";
import { MAX_TEXT } from "../../nodes/runtime/status/tally";
import tlacCamera from "../../nodes/tlac-camera";
import { PASSWORD, startCamera, USER, type CameraServer } from "../camera/camera-server";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";

type PictureMessage = NodeMessageInFlow & { payload: Buffer; camera: string; timestamp: number };
type StateMessage = NodeMessageInFlow & { payload: Record<string, unknown> };

describe("the status of tlac-camera", () => {
  it("has at most 20 characters", () => {
    for (const catalogue of [en, ja]) {
      for (const [key, text] of Object.entries(catalogue)) {
        if (key.startsWith("status-")) assert.ok(text.length <= MAX_TEXT, text);
      }
    }
  });
});

describe("tlac-camera in a flow", () => {
  let camera: CameraServer;
  let flow: Flow;

  const start = async (
    settings: object = {},
    credentials: object = { user: USER, password: PASSWORD },
    lang = "en-US",
  ): Promise<void> => {
    const node = { ...dragNode("tlac-camera"), address: `${camera.url}/shot.jpg`, interval: 0 };
    flow = await startFlow(tlacCamera, { ...node, ...settings }, [], { lang }, { n: credentials });
  };
  const picture = async (): Promise<PictureMessage> => (await flow.next("door1")) as PictureMessage;
  const state = async (): Promise<unknown[]> => {
    const { payload } = (await flow.next("door2")) as StateMessage;
    return [payload.state, payload.code];
  };

  afterEach(async () => {
    await flow.close();
    await camera.close();
  });

  it("answers a message with a picture, behind a Digest login", async () => {
    camera = await startCamera({ auth: { algorithm: "SHA-256" } });
    await start({ cameraName: "gate" });
    assert.equal((await flow.statusWith("waits for a message")).fill, "grey");
    const before = Date.now();
    flow.send("n", { payload: "now", order: 7 });
    const message = await picture();
    assert.deepEqual(message.payload, camera.picture);
    const { topic, camera: name, order } = message as PictureMessage & { order: number };
    assert.deepEqual([topic, name, order], ["gate", "gate", 7]);
    assert.ok(message.timestamp >= before && message.timestamp <= Date.now());
    assert.deepEqual(await state(), ["ok", null]);
    flow.send("n", { topic: "mine" });
    assert.equal((await picture()).topic, "mine");
    const status = await flow.statusWith("pictures");
    assert.equal(status.fill, "green");
  });

  it("takes pictures at its interval, called by its host where it has no name", async () => {
    camera = await startCamera();
    await start({ interval: 0.03 });
    const messages = [await picture(), await picture(), await picture()];
    for (const message of messages) {
      assert.deepEqual(message.payload, camera.picture);
      assert.deepEqual([message.topic, message.camera], [camera.host, camera.host]);
    }
    assert.ok(messages[2]!.timestamp > messages[0]!.timestamp);
    assert.notEqual(messages[0]!.payload, messages[1]!.payload);
  });

  it("turns yellow, then red, tells Catch once, and that it is back", async () => {
    camera = await startCamera();
    camera.answers = ["busy"];
    await start({ interval: 0.02, name: "line 1" });
    assert.equal((await flow.statusWith("no picture, retrying")).fill, "yellow");
    assert.deepEqual(await state(), ["failing", "CAMERA_UNREACHABLE"]);
    // Asked by hand meanwhile, each message has its own end.
    for (let turn = 0; turn < 4; turn += 1) {
      flow.send("n", { order: turn });
      const caught = (await flow.next("caught")) as CaughtMessage & { order?: number };
      assert.equal(caught.error.source.id, "n");
      if (caught.order === undefined) {
        assert.match(caught.error.message, /^line 1: no picture after 3 attempts\. .*503/);
        assert.equal((caught as { camera?: string }).camera, "line 1");
        turn -= 1;
      } else assert.equal(caught.error.code, "CAMERA_UNREACHABLE");
    }
    assert.deepEqual(await state(), ["down", "CAMERA_UNREACHABLE"]);
    assert.equal((await flow.statusWith("camera unreachable")).fill, "red");
    assert.equal(flow.waitingAt("door2"), 0);
    camera.answers = ["picture"];
    flow.send("n", {});
    assert.deepEqual(await state(), ["ok", null]);
    assert.equal((await flow.statusWith("pictures")).fill, "green");
  });

  it("keeps a stream open and hangs up when it is closed", async () => {
    camera = await startCamera();
    camera.answers = ["stream"];
    await start({ interval: 0.02, keepOpen: true });
    for (let turn = 0; turn < 3; turn += 1) await picture();
    assert.equal(camera.asked.length, 1);
    await flow.close();
    while (camera.openSockets > 0) await sleep(2);
  });

  it("ends what is asked for when it is closed", async () => {
    camera = await startCamera();
    camera.answers = ["hang"];
    await start();
    const codes: (string | undefined)[] = [];
    flow.onDone("n", (error) => codes.push(error?.code));
    flow.send("n", {});
    flow.send("n", {});
    while (camera.asked.length === 0) await sleep(2);
    await flow.close();
    assert.deepEqual(codes, ["CLOSED", "CLOSED"]);
  });

  it("says what is wrong with a setting, at once and to each message", async () => {
    camera = await startCamera();
    for (const wrong of [
      { address: "camera" },
      { interval: "often" },
      { tls: "pin", fingerprint: "AB:CD" },
      { tls: "perhaps" },
      { address: "http://${CAMERA_THAT_IS_NOT}/shot.jpg" },
    ]) {
      await start(wrong);
      await flow.statusWith("check the settings");
      flow.send("n", {});
      const { error } = (await flow.next("caught")) as CaughtMessage;
      assert.equal(error.code, "BAD_CONFIG");
      await flow.close();
    }
    await start({ address: "" }, {}, "ja");
    flow.send("n", {});
    assert.match(((await flow.next("caught")) as CaughtMessage).error.message, /カメラのアドレス/);
  });

  it("repeats no password, wherever it was typed", async () => {
    camera = await startCamera({ auth: {} });
    const address = `${camera.url.replace("//", "//eye:zq4cam@")}/shot.jpg`;
    for (const credentials of [{}, { user: "eye", password: "zq4cam" }]) {
      await start({ address }, credentials);
      flow.send("n", {});
      const caught = (await flow.next("caught")) as CaughtMessage;
      const { payload } = await flow.next("door2");
      const status = await flow.statusWith("no picture");
      for (const each of [caught.error, payload, status]) {
        assert.doesNotMatch(inspect(each, { depth: 9 }), /zq4cam/);
      }
      await flow.close();
    }
  });
});
