import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { AlertPayload } from "../../lib/alert/alert-message";
import type { Answered } from "../../nodes/runtime/record/give-answer";
import type { NextItems } from "../../nodes/runtime/review/review-queue";
import { MqttProbe, requireMosquitto, startMosquitto, type Mosquitto } from "../helpers/mosquitto";
import { findPort, startEditor, type Editor } from "./browser/helpers/editor";

const EXAMPLES = path.resolve(__dirname, "../../examples");
const GATE = "plant/alert/gate/dog";
const SILENT = "plant/camera/gate";
const MESSAGES = "plant/messages";
const RAISED = "gate: 犬を検出しました";
const CLEARED = "gate: 犬は解消しました";
const ANSWERS = "plant/answers";
const NODE_RED = "plant/node-red";

type FlowNode = { id: string; type: string } & Record<string, unknown>;

/** Example 15 as it is imported, in front of a real broker: two cameras, one alert. */
describe("a whole plant on Mosquitto", function () {
  this.timeout(120_000);
  let folder: string;
  let broker: Mosquitto;
  let editor: Editor;
  let probe: MqttProbe;

  const photos = new Map<string, Buffer>();
  const ends: (() => Promise<unknown>)[] = [];

  const start = async (): Promise<Editor> => {
    const [file = ""] = (await readdir(EXAMPLES)).filter((name) => name.startsWith("15"));
    const nodes = JSON.parse(await readFile(path.join(EXAMPLES, file), "utf8")) as FlowNode[];
    const flow = nodes.map((node) => {
      // What the example's note asks for, and times that a spec can wait for.
      if (node.type === "mqtt-broker") return { ...node, port: String(broker.port) };
      if (node.type === "tlac-alert") return { ...node, silentAfter: 0.1, cooldown: 0 };
      return node;
    });
    const userDir = path.join(folder, "node-red");
    return startEditor({ flow, userDir, settings: { mqttReconnectTime: 300 } });
  };
  /** Frames of a camera, each once the one before is with the broker. */
  const show = async (camera: string, ...names: string[]): Promise<void> => {
    for (const name of names) await probe.publish(`plant/cameras/${camera}`, photos.get(name)!);
  };
  const stateOf = (text: string): AlertPayload => JSON.parse(text) as AlertPayload;
  /** What a dashboard gets that subscribes only now. */
  const retained = async (topic: string): Promise<AlertPayload> => {
    const late = await MqttProbe.connect(broker.port, topic);
    try {
      const { text, retain, qos } = await late.until(topic, "");
      assert.deepEqual([retain, qos], [true, 1]);
      return stateOf(text);
    } finally {
      await late.close();
    }
  };
  const ask = async (what: string, body: object): Promise<unknown> => {
    const response = await fetch(`${editor.url}plant/review/api/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }).catch(() => null);
    return response?.ok ? response.json() : undefined;
  };
  /** Ids of the unsure decisions on the page for people, oldest first. */
  const waiting = async (): Promise<string[]> => {
    const next = (await ask("next", { shown: [], most: 60 })) as NextItems | undefined;
    return (next?.items ?? []).flatMap(({ id, decided }) => (decided === null ? [id] : []));
  };
  /** What people were told of the dog, without its numbers. */
  const told = (): string[] =>
    probe
      .on(MESSAGES)
      .filter(({ text }) => text.includes("犬"))
      .map(({ text }) => text.replace(/（.*/, ""));

  before(async function () {
    requireMosquitto(this);
    folder = await mkdtemp(path.join(tmpdir(), "tlac-plant-"));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    for (const name of ["dog", "cat", "espresso", "palace"]) {
      photos.set(name, await readFile(path.join(EXAMPLES, "photos", `${name}.jpg`)));
    }
    broker = await startMosquitto(folder, await findPort());
    ends.push(() => broker.stop());
    probe = await MqttProbe.connect(broker.port, "#");
    ends.push(() => probe.close());
    editor = await start();
    ends.push(() => editor.stop());
    await probe.until(NODE_RED, "online");
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  it("sends one alert for the class that is watched, and keeps it as state", async () => {
    await Promise.all([
      show("gate", "dog", "dog", "dog", "dog"),
      show("line", "cat", "cat", "cat"),
    ]);
    const { qos, retain } = await probe.until(MESSAGES, RAISED);
    assert.deepEqual([qos, retain], [1, false]);
    const state = await retained(GATE);
    const { camera, label, level } = state;
    assert.deepEqual([state.state, camera, label, level], ["raised", "gate", "犬", "critical"]);
    assert.ok(state.confidence! > 0.9 && state.count >= 3);
    assert.match(state.thumbnail ?? "", /^data:image\/jpeg;base64,.{1000}/);
    const entities = probe.heard
      .filter(({ topic }) => topic.startsWith("homeassistant/binary_sensor/"))
      .map(({ text }) => (JSON.parse(text) as { state_topic: string }).state_topic);
    assert.deepEqual(entities.sort(), [GATE, "plant/camera/gate", "plant/camera/line"]);
    assert.deepEqual(told(), [RAISED]);
  });

  it("hands what nobody knows to a person, and takes it for no sign of the end", async () => {
    // A scene that stands still is one question, however many frames show it.
    await show("gate", ..."espresso ".repeat(6).trim().split(" "), "palace");
    while ((await waiting()).length < 2) await sleep(50);
    assert.equal((await waiting()).length, 2);
    assert.equal((await retained(GATE)).state, "raised");
    assert.deepEqual(told(), [RAISED]);
  });

  it("learns from the answers of people, on the page and by MQTT, and tells them", async () => {
    const [first = "", second = ""] = await waiting();
    await ask("answer", { id: first, correct: "forklift", who: "Ito" });
    const answer = JSON.parse((await probe.until(ANSWERS, first)).text) as Answered;
    assert.deepEqual([answer.label, answer.who, answer.camera], ["フォークリフト", "Ito", "gate"]);
    assert.ok(answer.learned.some(({ kind }) => kind === "example"));
    const correction = JSON.stringify({ id: second, correct: null });
    await probe.publish("plant/corrections", Buffer.from(correction));
    const { text } = await probe.until(ANSWERS, second);
    assert.equal((JSON.parse(text) as Answered).correct, null);
    await ask("answer", { id: first, undo: true });
    await probe.until(ANSWERS, '"undone":true');
    assert.equal((await waiting()).length, 1);
  });

  it("outlives a crash of Node-RED: last will, no second alert, and the all-clear", async () => {
    const before = probe.heard.length;
    await editor.kill();
    await probe.until(NODE_RED, "offline", before);
    editor = await start();
    await probe.until(NODE_RED, "online", before);
    // What waits for people still does.
    while ((await waiting()).length < 1) await sleep(50);
    // All states are told anew, but nobody is alerted again.
    const again = await probe.until(GATE, '"event":"state"', before);
    assert.equal(stateOf(again.text).state, "raised");
    await show("gate", "dog", "dog", "dog", "cat", "cat", "cat");
    await probe.until(MESSAGES, CLEARED, before);
    assert.equal((await retained(GATE)).state, "clear");
    assert.deepEqual(told(), [RAISED, CLEARED]);
  });

  it("outlives a restart of the broker: what happened meanwhile is told afterwards", async () => {
    const before = probe.heard.length;
    await show("gate", "dog", "dog", "dog");
    await probe.until(MESSAGES, RAISED, before);
    await broker.stop();
    // Longer than a camera may be silent: the alert for it has nobody to go to.
    await sleep(8_000);
    await broker.start();
    const silent = await probe.until(SILENT, '"state":"raised"', before);
    assert.equal(stateOf(silent.text).kind, "no-picture");
    assert.equal((await retained(GATE)).state, "raised");
    await show("gate", "cat", "cat", "cat");
    await probe.until(MESSAGES, CLEARED, before);
    await probe.until(MESSAGES, "gate: 画像が再び届きました", before);
    assert.equal((await retained(GATE)).state, "clear");
    assert.equal((await retained(SILENT)).state, "clear");
    assert.deepEqual(told(), [RAISED, CLEARED, RAISED, CLEARED]);
  });
});
