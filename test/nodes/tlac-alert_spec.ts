import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { NodeMessageInFlow } from "node-red";
import RED from "node-red";
import sharp from "sharp";

import type { AlertPayload } from "../../lib/alert/alert-message";
import tlacAlert from "../../nodes/tlac-alert";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { removeFolder } from "../helpers/remove-folder";

/** What a flow gets from the node. */
type AlertMessage = NodeMessageInFlow & {
  payload: AlertPayload;
  retain?: boolean;
  camera: string;
  image?: Buffer;
};

interface FlowsApi {
  getFlows(): { readonly flows: readonly { readonly id: string }[] };
  setFlows(flows: readonly object[], credentials: object, type: "nodes"): Promise<string>;
}

let decisions = 0;

/** A message as `tlac` sends it. */
function judged(label: string, more: object = {}): Record<string, unknown> {
  const id = `d${String((decisions += 1))}`;
  const known = { id, outcome: "class", class: label, label, alert: "warning", confidence: 0.9 };
  return {
    topic: "gate",
    payload: { ...known, explanation: `“${label}” is a name of it.` },
    ...more,
  };
}

const SKIPPED = { topic: "gate", payload: Buffer.from("image"), skipped: { reason: "unchanged" } };

describe("tlac-alert in a flow", () => {
  let userDir: string;
  let flow: Flow;

  beforeEach(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "tlac-alert-"));
  });
  afterEach(async () => {
    await flow.close();
    await removeFolder(userDir);
  });

  const start = async (settings: object = {}, lang = "en-US"): Promise<void> => {
    const two = { raiseFrames: 2, raiseOf: 3, clearFrames: 2, cooldown: 0 };
    flow = await startFlow(tlacAlert, { ...dragNode("tlac-alert"), ...two, ...settings }, [], {
      userDir,
      lang,
    });
  };
  const send = (...messages: Record<string, unknown>[]): void => {
    for (const message of messages) flow.send("n", message);
  };
  const next = async (door: "door1" | "door2" | "door3"): Promise<AlertMessage> =>
    (await flow.next(door)) as AlertMessage;
  /** Waits until all that was sent is done. */
  const settled = async (): Promise<void> => {
    send({ topic: "gate", payload: "no result" });
    await flow.next("caught");
  };

  it("raises once, clears once, and tells both as retained state", async () => {
    await start();
    const image = Buffer.from("picture");
    send(judged("forklift"), SKIPPED, judged("forklift", { image }), judged("forklift"));
    const raised = await next("door1");
    assert.equal(raised.topic, "tlac/alert/gate/forklift");
    const { event, state, camera, level, count, confidence, decision, text } = raised.payload;
    assert.deepEqual(
      [event, state, camera, level, count, confidence],
      ["raised", "raised", "gate", "warning", 2, 0.9],
    );
    assert.equal(decision, `d${decisions - 1}`);
    assert.match(
      text,
      /^gate: forklift, in 2 frame\(s\) since \d\d:\d\d:\d\d \(confidence 90 %\)\.$/,
    );
    assert.equal(raised.retain, undefined);
    assert.deepEqual(raised.image, image);
    assert.notEqual(raised.image, image);
    send(
      judged("nothing", { topic: "line" }),
      judged("pallet", { topic: "gate" }),
      judged("pallet"),
    );
    const cleared = await next("door2");
    assert.deepEqual([cleared.payload.event, cleared.payload.state], ["cleared", "clear"]);
    await settled();
    const states: [string, string, boolean | undefined][] = [];
    while (flow.waitingAt("door3") > 0) {
      const { topic = "", payload, retain } = await next("door3");
      states.push([topic, payload.event, retain]);
    }
    assert.deepEqual(
      states.filter(([topic]) => topic.endsWith("gate/forklift")),
      ["state", "raised", "cleared"].map((each) => ["tlac/alert/gate/forklift", each, true]),
    );
    assert.equal(flow.waitingAt("door1"), 1);
    assert.equal((await next("door1")).payload.class, "pallet");
  });

  it("shows what is raised, and counts for a Status node", async () => {
    await start();
    assert.equal((await flow.statusWith("no frame yet")).fill, "grey");
    send(judged("forklift"));
    assert.equal((await flow.statusWith("no alert, 1 cam.")).fill, "green");
    send(judged("forklift"));
    const status = await flow.statusWith("forklift gate");
    assert.equal(status.fill, "yellow");
    await settled();
    const { counts } = await flow.statusWith("bad message");
    assert.deepEqual(counts, { in: 3, failed: 1, raised: 1, cameras: 1 });
    send(judged("forklift", { topic: "a very long name of a camera" }));
    await flow.statusWith("forklift gate");
    send(judged("forklift", { topic: "a very long name of a camera" }));
    assert.equal((await flow.statusWith("2: ")).text, "2: forklift a very…");
  });

  it("goes on over a redeploy and tells the state anew: no second alert, no lost end", async () => {
    await start();
    send(judged("forklift"), judged("forklift"));
    await next("door1");
    send(judged("pallet"));
    while ((await next("door3")).payload.class !== "pallet");
    await redeploy();
    const told = [await next("door3"), await next("door3")];
    assert.deepEqual(
      told.map(({ payload }) => [payload.event, payload.class, payload.state]),
      [
        ["state", "forklift", "raised"],
        ["state", "pallet", "clear"],
      ],
    );
    send(judged("pallet"));
    assert.equal((await next("door2")).payload.class, "forklift");
    await settled();
    assert.deepEqual(
      [(await next("door1")).payload.class, flow.waitingAt("door1"), flow.waitingAt("door2")],
      ["pallet", 0, 0],
    );
  });

  it("goes on over a restart of everything", async () => {
    await start();
    send(judged("forklift"), judged("forklift"));
    await next("door1");
    await flow.close();
    await start();
    send(judged("forklift"), judged("forklift"), judged("pallet"));
    await settled();
    assert.equal(flow.waitingAt("door1"), 0);
    send(judged("nothing"));
    assert.equal((await next("door2")).payload.class, "forklift");
  });

  it("takes frames by their own time, in any form that a time has", async () => {
    await start({ raiseFrames: 2, raiseOf: 2, clearFrames: 1 });
    const time = Date.parse("2026-01-31T08:00:00Z");
    send(
      judged("forklift", { timestamp: "2026-01-31T08:00:01Z" }),
      // Earlier than the first one, so that these are not the last two.
      judged("pallet", { timestamp: time / 1_000 }),
      judged("forklift", { timestamp: new Date(time + 2_000) }),
    );
    const { payload } = await next("door1");
    assert.deepEqual([payload.class, payload.since], ["forklift", "2026-01-31T08:00:01.000Z"]);
    send(judged("pallet", { timestamp: time + 500 }), judged("pallet", { timestamp: "soon" }));
    const caught = (await flow.next("caught")) as CaughtMessage;
    assert.equal(caught.error.code, "BAD_MESSAGE");
    assert.match(caught.error.message, /msg\.timestamp.*“soon”/);
    assert.equal(flow.waitingAt("door2"), 0);
  });

  it("puts a small picture into the JSON where that is wanted", async () => {
    await start({ picture: "thumbnail", raiseFrames: 1 });
    const image = await sharp({
      create: { width: 900, height: 600, channels: 3, background: "red" },
    })
      .jpeg()
      .toBuffer();
    send(judged("forklift", { image }));
    const { payload, image: sent } = await next("door1");
    assert.equal(sent, undefined);
    const [form, data = ""] = payload.thumbnail?.split(",") ?? [];
    assert.equal(form, "data:image/jpeg;base64");
    const { width, height } = await sharp(Buffer.from(data, "base64")).metadata();
    assert.deepEqual([width, height], [320, 213]);
    // A picture that is none costs the picture alone.
    send(judged("pallet", { image: Buffer.from("no picture") }));
    assert.equal((await next("door1")).payload.thumbnail, undefined);
  });

  it("takes each result of a batch for a frame, with its picture", async () => {
    await start();
    const [one, two] = [judged("forklift"), judged("forklift")];
    const images = [Buffer.from("1"), Buffer.from("2")];
    send({ topic: "gate", payload: [one.payload, two.payload], image: images });
    assert.deepEqual((await next("door1")).image, images[1]);
  });

  it("tells Home Assistant of each entity before its first state, and of its end", async () => {
    await start({ discovery: "homeassistant/" });
    send(judged("forklift"));
    const entity = await flow.next("door3");
    assert.match(entity.topic ?? "", /^homeassistant\/binary_sensor\/tlac\/\w+\/config$/);
    assert.equal(
      (entity.payload as { state_topic: string }).state_topic,
      "tlac/alert/gate/forklift",
    );
    assert.equal((await next("door3")).payload.state, "clear");
    send(judged("forklift"));
    assert.equal((await next("door3")).payload.state, "raised");
    send({ reset: "gate" });
    assert.equal((await next("door2")).payload.class, "forklift");
    assert.equal((await next("door3")).payload.event, "cleared");
    const gone = (await flow.next("door3")) as NodeMessageInFlow & { retain: boolean };
    assert.deepEqual([gone.topic, gone.payload, gone.retain], [entity.topic, "", true]);
  });

  it("sends all states again on msg.announce, and ends all alerts on msg.reset", async () => {
    await start({ raiseFrames: 1 });
    send(judged("forklift"));
    await next("door3");
    send({ announce: true });
    assert.deepEqual((await next("door3")).payload.event, "state");
    send({ reset: true });
    assert.equal((await next("door2")).payload.class, "forklift");
  });

  it("speaks the vocabulary's language, and that of Node-RED where a frame tells none", async () => {
    await start({ raiseFrames: 1 }, "ja");
    send(judged("フォークリフト"));
    assert.match((await next("door1")).payload.text, /フォークリフトを検出しました/);
    send(judged("forklift"));
    assert.match((await next("door1")).payload.text, /^gate: forklift, in 1 frame/);
    await flow.statusWith("2: ");
  });

  it("fails where a setting cannot work, with each message too", async () => {
    for (const wrong of [
      { raiseFrames: 4, raiseOf: 3 },
      { cooldown: -1 },
      { level: "loud" },
      { topicPrefix: "plant/#" },
      { discovery: "${NO_SUCH_VARIABLE}" },
    ]) {
      await start(wrong);
      await flow.statusWith("check the settings");
      send(judged("forklift"));
      const { error } = (await flow.next("caught")) as CaughtMessage;
      assert.equal(error.code, "BAD_CONFIG");
      await flow.close();
    }
    await start({ raiseFrames: 4, raiseOf: 3, raiseWithin: 60 });
    send(judged("forklift"), judged("forklift"), judged("forklift"), judged("forklift"));
    assert.equal((await next("door1")).payload.count, 4);
  });

  it("is not ended by what a message holds", async () => {
    await start();
    const bomb = {
      get payload(): unknown {
        throw new Error("boom");
      },
    };
    flow.send("n", Object.freeze({ payload: {} }));
    assert.equal(((await flow.next("caught")) as CaughtMessage).error.code, "BAD_MESSAGE");
    (RED as unknown as { nodes: { getNode(id: string): { receive(m: object): void } } }).nodes
      .getNode("n")
      .receive(bomb);
    await flow.statusWith("error");
    send(judged("forklift"), judged("forklift"));
    assert.ok(await next("door1"));
  });

  /** As the editor's "Modified Nodes" with the node renamed. */
  async function redeploy(): Promise<void> {
    const nodes = RED.nodes as unknown as FlowsApi;
    const { flows } = nodes.getFlows();
    const changed = flows.map((node) =>
      node.id === "n" ? { ...node, name: "renamed" } : { ...node },
    );
    const started = once(RED.events, "flows:started");
    await nodes.setFlows(changed, {}, "nodes");
    await started;
  }
});
