import assert from "node:assert/strict";

import type { NodeMessageInFlow } from "node-red";
import sharp from "sharp";

import type { Result } from "../../lib/tlac/result";
import lmmServer from "../../nodes/lmm-server";
import { noteOldScenes } from "../../nodes/runtime/scene/scene-memory";
import tlac from "../../nodes/tlac";
import { startFlow, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, questionsTo } from "./scripted-lmm";

type Out = NodeMessageInFlow & {
  payload: Result;
  image: Buffer;
  skipped?: { reason: string };
  counts: Readonly<Record<string, number>>;
};

/** A picture with a bright field on one side: the other side is another scene. */
function paintScene(side: "left" | "right"): Promise<Buffer> {
  const field = { create: { width: 60, height: 90, channels: 3, background: "#e0d0b0" } } as const;
  return sharp({ create: { width: 160, height: 120, channels: 3, background: "#303840" } })
    .composite([{ input: field, left: side === "left" ? 10 : 90, top: 15 }])
    .jpeg()
    .toBuffer();
}

describe("a scene that has not changed", () => {
  let double: OllamaDouble;
  let flow: Flow;
  let scene: Buffer;
  let other: Buffer;

  before(async () => {
    [scene, other] = await Promise.all([paintScene("left"), paintScene("right")]);
  });

  beforeEach(async () => {
    double = await startOllamaDouble({ brain: new ScriptedBrain(naming("hammer")) });
  });

  afterEach(async () => {
    await flow.close();
    await double.close();
  });

  async function start(unchanged: string, settings: Readonly<Record<string, unknown>> = {}) {
    const judge = {
      ...dragNode("tlac"),
      sight: false,
      classes: "hammer, screwdriver",
      server: "server",
      unchanged,
      ...settings,
    };
    const server = { ...dragNode("lmm-server", "server"), host: double.url, kind: "ollama" };
    flow = await startFlow([tlac, lmmServer], judge, [
      { ...server, model: "llava:7b", canary: false, latestOnly: false },
    ]);
  }

  async function judge(message: Readonly<Record<string, unknown>>, door = "door1"): Promise<Out> {
    flow.send("n", { camera: "a", payload: scene, ...message });
    return (await flow.next(door)) as Out;
  }

  it("leaves with the last class under a new id, and costs no LMM call", async () => {
    await start("reuse");
    const first = await judge({});
    const again = await judge({ topic: "second" });
    assert.equal(first.payload.cached.frame, false);
    assert.equal(again.payload.cached.frame, true);
    assert.deepEqual(
      [again.payload.outcome, again.payload.class, again.payload.score, again.topic],
      ["class", "hammer", first.payload.score, "second"],
    );
    assert.notEqual(again.payload.id, first.payload.id);
    assert.deepEqual(again.payload.lmmCalls, []);
    assert.ok(Buffer.isBuffer(again.image));
    assert.equal(questionsTo(double).length, 1);
    assert.deepEqual([again.counts.in, again.counts.class], [2, 2]);
  });

  it("costs one call also where more of it waits while that is under way", async () => {
    await start("reuse");
    const release = double.hold("first-token");
    for (let at = 0; at < 3; at++) flow.send("n", { camera: "a", payload: scene });
    flow.send("n", { camera: "b", payload: other });
    await double.journal.reached("evaluating", "/api/chat");
    release();
    const out: Out[] = [];
    while (out.length < 4) out.push((await flow.next("door1")) as Out);
    assert.equal(out.filter(({ payload }) => payload.cached.frame).length, 2);
    assert.equal(questionsTo(double).length, 2);
  });

  it("leaves unjudged by door 3 where that is wanted", async () => {
    await start("skip");
    await judge({});
    const again = await judge({}, "door3");
    assert.deepEqual(again.skipped, { reason: "unchanged" });
    assert.equal(again.payload, scene, "the message as it came");
    assert.equal(questionsTo(double).length, 1);
    assert.deepEqual([again.counts.in, again.counts.class, again.counts.skipped], [2, 1, 1]);
  });

  const ANEW: [string, () => Readonly<Record<string, unknown>>][] = [
    ["another camera", () => ({ camera: "b" })],
    ["another scene", () => ({ payload: other })],
    ["another vocabulary", () => ({ vocabulary: "hammer, nail" })],
    ["another mode", () => ({ mode: "tlac" })],
    ["another question", () => ({ prompt: "Which tool is it?" })],
    ["a batch", () => ({ payload: [scene] })],
  ];
  for (const [what, change] of ANEW) {
    it(`is judged anew for ${what}`, async () => {
      await start("reuse");
      await judge({});
      const asked = questionsTo(double).length;
      const { payload } = await judge(change());
      const [result] = [payload].flat();
      assert.equal(result?.cached.frame, false);
      assert.ok(questionsTo(double).length > asked);
    });
  }

  it("is judged each time where nothing is remembered", async () => {
    await start("off");
    await judge({});
    assert.equal((await judge({})).payload.cached.frame, false);
    assert.equal(questionsTo(double).length, 2);
  });

  it("is judged anew after a failure, which is no answer to remember", async () => {
    await start("reuse");
    double.fault({ kind: "forbidden" }, { on: "/api/chat" });
    flow.send("n", { camera: "a", payload: scene });
    await flow.next("caught");
    assert.equal((await judge({})).payload.cached.frame, false);
  });

  it("is compared in an old flow too, which is told that its difference does nothing any more", async () => {
    await start("reuse", { unchangedDistance: 3 });
    const note = noteOldScenes({ unchanged: "reuse", unchangedFor: "", unchangedDistance: 3 });
    assert.equal(note?.key, "nodes.old-distance");
    await judge({});
    assert.equal((await judge({})).payload.cached.frame, true);
    for (const old of [{ unchanged: "off", unchangedDistance: 3 }, { unchanged: "reuse" }]) {
      assert.equal(noteOldScenes({ unchangedFor: "", ...old }), undefined);
    }
  });
});
