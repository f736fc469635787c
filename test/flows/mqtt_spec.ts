import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

import mqtt from "@node-red/nodes/core/network/10-mqtt";
import { Aedes, type AedesPublishPacket } from "aedes";

import type { Result } from "../../lib/tlac/result";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, paint } from "./scripted-lmm";

const place = { z: "tab", x: 0, y: 0 };
const CLASSES = [
  "id,label,aliases,alert",
  "forklift,フォークリフト,forklift,critical",
  "pallet,パレット,pallet,",
].join("\n");

describe("a camera on MQTT and its alert", () => {
  let broker: Aedes;
  let tcp: Server;
  let double: OllamaDouble;
  let flow: Flow;
  let image: Buffer;

  beforeEach(async () => {
    image = await paint();
    broker = await Aedes.createBroker();
    tcp = createServer((socket) => {
      broker.handle(socket);
    });
    tcp.listen(0, "127.0.0.1");
    await once(tcp, "listening");
    double = await startOllamaDouble({
      brain: new ScriptedBrain([naming("forklift"), naming("rainbow")]),
    });
    const subscribed = once(broker, "subscribe");
    const { port } = tcp.address() as AddressInfo;
    flow = await startFlow(
      [tlac, lmmServer, mqtt],
      {
        ...dragNode("tlac"),
        sight: false,
        classes: CLASSES,
        server: "server",
        mode: "cascade",
        wires: [["alert", "door1"], ["door2"], ["door3"]],
      },
      [
        { ...dragNode("lmm-server", "server"), host: double.url, canary: false },
        {
          ...{ id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port: String(port) },
          ...{ clientid: "", autoConnect: true, protocolVersion: "4", keepalive: "60" },
          cleansession: true,
        },
        {
          ...{ ...place, id: "camera", type: "mqtt in", broker: "broker", wires: [["n"]] },
          ...{ topic: "plant/+/frame", qos: "1", datatype: "buffer" },
        },
        {
          ...{ ...place, id: "alert", type: "mqtt out", broker: "broker", wires: [] },
          ...{ topic: "plant/alerts", qos: "1", retain: "false" },
        },
      ],
    );
    await subscribed;
  });

  afterEach(async () => {
    await flow.close();
    await new Promise<void>((resolve) => {
      broker.close(resolve);
    });
    tcp.close();
    await double.close();
  });

  function publish(topic: string, payload: Buffer): Promise<void> {
    const packet = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false } as const;
    return new Promise((resolve, reject) => {
      broker.publish(packet, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  function nextAlert(): Promise<AedesPublishPacket> {
    return new Promise((resolve) => {
      broker.on("publish", (packet) => {
        if (packet.topic === "plant/alerts") resolve(packet);
      });
    });
  }

  it("raises an alert with the class, its label and its level", async () => {
    const alert = nextAlert();
    await publish("plant/gate-1/frame", image);
    const { payload } = await alert;
    const result = JSON.parse(payload.toString()) as Result;
    assert.deepEqual(
      [result.outcome, result.class, result.label, result.alert],
      ["class", "forklift", "フォークリフト", "critical"],
    );
    const message = await flow.next("door1");
    assert.equal(message.topic, "plant/gate-1/frame");
    // What the LMM saw is the frame of the camera.
    const [seen] = double.journal.last("/api/chat").images;
    assert.deepEqual(seen?.bytes, message.image);
  });

  it("raises none for what a person should look at, nor for a failure", async () => {
    const alerts: string[] = [];
    broker.on("publish", ({ topic }) => {
      if (topic === "plant/alerts") alerts.push(topic);
    });
    await publish("plant/gate-1/frame", image);
    await flow.next("door1");
    await publish("plant/gate-2/frame", image);
    assert.equal((await flow.next("door2")).topic, "plant/gate-2/frame");
    await publish("plant/gate-3/frame", image.subarray(0, 60));
    const { error, topic } = (await flow.next("caught")) as CaughtMessage;
    assert.deepEqual([error.code, topic], ["BAD_IMAGE", "plant/gate-3/frame"]);
    assert.equal(alerts.length, 1);
  });
});
