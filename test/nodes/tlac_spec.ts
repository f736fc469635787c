import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";

import RED, { type NodeMessageInFlow, type NodeStatus } from "node-red";

import { disposeIdleEmbedders } from "../../lib/clip/shared-embedders";
import type { Result } from "../../lib/tlac/result";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";

const photos = path.join(__dirname, "..", "..", "examples", "photos");
const photo = (name: string): Buffer => readFileSync(path.join(photos, `${name}.jpg`));
const resultOf = (message: NodeMessageInFlow): Result => message.payload as Result;

/** A dragged node with the classes that a user would type first. */
const node = { ...dragNode("tlac"), classes: "espresso, dog, cat" };

describe("tlac", () => {
  let flow: Flow;
  afterEach(() => flow.close());

  it("classifies a photo with nothing set but its classes", async () => {
    flow = await startFlow(tlac, node);
    const original = photo("espresso");
    flow.send("n", { payload: original, topic: "belt", kept: 1 });
    const message = await flow.next("door1");
    assert.equal(resultOf(message).class, "espresso");
    assert.equal(resultOf(message).mode, "slac");
    assert.equal((message.image as Buffer).subarray(0, 3).toString("hex"), "ffd8ff");
    assert.deepEqual([message.topic, message.kept], ["belt", 1]);
    assert.deepEqual(original, photo("espresso"));
  });

  it("sends what fits no class to the second output", async () => {
    flow = await startFlow(tlac, { ...node, classes: "screw, nail" });
    flow.send("n", { payload: photo("giant-panda") });
    const result = resultOf(await flow.next("door2"));
    assert.notEqual(result.outcome, "class");
    assert.equal(result.class, null);
  });

  it("takes classes and mode from the message first", async () => {
    flow = await startFlow(tlac, { ...node, classes: "" });
    flow.send("n", {
      payload: photo("espresso"),
      vocabulary: ["lemonade", "espresso"],
      mode: "clip",
    });
    const { class: winner, mode } = resultOf(await flow.next("door1"));
    assert.deepEqual([winner, mode], ["espresso", "clip"]);
  });

  it("uses a shared vocabulary with Japanese labels", async () => {
    const vocabulary = {
      ...dragNode("tlac-vocabulary", "words"),
      classes: "label,aliases,alert\nエスプレッソ,espresso | coffee,warning\n犬,dog,",
    };
    flow = await startFlow([tlac, tlacVocabulary], { ...node, vocabulary: "words" }, [vocabulary]);
    flow.send("n", { payload: photo("espresso") });
    const { label, alert, explanation } = resultOf(await flow.next("door1"));
    assert.deepEqual([label, alert], ["エスプレッソ", "warning"]);
    assert.match(explanation, /エスプレッソ/);
  });

  it("answers an array with an array, by the first output only if all are classes", async () => {
    flow = await startFlow(tlac, node);
    flow.send("n", { payload: [photo("espresso"), photo("espresso")] });
    const message = await flow.next("door1");
    assert.equal((message.payload as Result[]).length, 2);
    assert.equal((message.image as Buffer[]).length, 2);
    flow.send("n", { payload: [photo("espresso"), photo("rocket")] });
    assert.equal(((await flow.next("door2")).payload as Result[]).length, 2);
  });

  it("reports each wrong message and setting to Catch by its code", async () => {
    flow = await startFlow(tlac, node);
    const image = photo("espresso");
    const cases: [Record<string, unknown>, string][] = [
      [{ payload: Buffer.from("no image at all") }, "BAD_IMAGE"],
      [{ payload: image.subarray(0, 300) }, "BAD_IMAGE"],
      [{ payload: "/etc/hostname" }, "BAD_IMAGE"],
      [{ payload: "" }, "BAD_MESSAGE"],
      [{ payload: image, mode: "best" }, "BAD_MESSAGE"],
      [{ payload: image, prompt: 7 }, "BAD_MESSAGE"],
      [{ payload: image, mode: "tlac" }, "BAD_CONFIG"],
      [{ payload: image, vocabulary: [] }, "BAD_CONFIG"],
    ];
    for (const [message, code] of cases) {
      flow.send("n", message);
      const { error, payload } = (await flow.next("caught")) as CaughtMessage;
      assert.equal(error.code, code, error.message);
      assert.deepEqual(payload, message.payload);
    }
    assert.equal(flow.waitingAt("door1") + flow.waitingAt("door2") + flow.waitingAt("door3"), 0);
  });

  it("says what is missing where there are no classes or no such config node", async () => {
    flow = await startFlow(tlac, { ...node, classes: " " });
    flow.send("n", { payload: photo("espresso") });
    assert.equal(((await flow.next("caught")) as CaughtMessage).error.code, "BAD_CONFIG");
    await flow.close();
    flow = await startFlow(tlac, { ...node, model: "gone" });
    flow.send("n", { payload: photo("espresso") });
    assert.match(((await flow.next("caught")) as CaughtMessage).error.message, /gone/);
  });

  it("judges the region of interest only, and refuses one outside the image", async () => {
    flow = await startFlow(tlac, { ...node, roiWidth: "50", roiHeight: "50" });
    flow.send("n", { payload: photo("espresso") });
    const whole = await Promise.race([flow.next("door1"), flow.next("door2")]);
    assert.ok((whole.image as Buffer).length > 0);
    await flow.close();
    flow = await startFlow(tlac, { ...node, roiLeft: "60", roiWidth: "60" });
    flow.send("n", { payload: photo("espresso") });
    assert.equal(((await flow.next("caught")) as CaughtMessage).error.code, "BAD_CONFIG");
  });

  it("sends what does not fit into the queue to the third output, as it came", async () => {
    const server = {
      ...dragNode("lmm-server", "srv"),
      kind: "recogniser",
      queueLength: 1,
      latestOnly: false,
    };
    flow = await startFlow([tlac, lmmServer], { ...node, server: "srv" }, [server]);
    const payload = photo("espresso");
    flow.send("n", { payload });
    await flow.next("door1");
    for (let count = 0; count < 4; count += 1) flow.send("n", { payload, topic: "c" });
    const skipped = await flow.next("door3");
    assert.deepEqual(skipped.skipped, { reason: "queue-full" });
    assert.deepEqual(skipped.payload, payload);
    for (let count = 0; count < 2; count += 1) await flow.next("door1");
    assert.equal(flow.waitingAt("door3"), 1);
  });

  it("keeps the newest frame of a camera only, where the server wants that", async () => {
    const server = { ...dragNode("lmm-server", "srv"), kind: "recogniser", latestOnly: true };
    flow = await startFlow([tlac, lmmServer], { ...node, server: "srv" }, [server]);
    const payload = photo("espresso");
    flow.send("n", { payload });
    await flow.next("door1");
    for (const frame of [1, 2, 3]) flow.send("n", { payload, camera: "A", frame });
    const skipped = await flow.next("door3");
    assert.deepEqual([skipped.frame, skipped.skipped], [2, { reason: "superseded" }]);
    const judged = [await flow.next("door1"), await flow.next("door1")];
    assert.deepEqual(
      judged.map((message) => message.frame),
      [1, 3],
    );
  });

  it("answers with CLOSED what it has in work at a redeploy", async () => {
    flow = await startFlow(tlac, node);
    const codes: (string | undefined)[] = [];
    flow.onDone("n", (error) => codes.push(error?.code));
    for (let count = 0; count < 5; count += 1) flow.send("n", { payload: photo("dog") });
    await flow.statusWith("working (5)");
    await flow.close();
    assert.deepEqual(codes, Array(5).fill("CLOSED"));
  });

  it("loads at deploy where that is wanted", async () => {
    // As in a process that has not loaded it yet.
    await disposeIdleEmbedders();
    const first = once(RED.events, "node-status");
    flow = await startFlow(tlac, { ...node, loadAtDeploy: true });
    const [{ id, status }] = (await first) as [{ id: string; status: NodeStatus }];
    assert.deepEqual([id, status.text, status.fill], ["n", "loading model", "yellow"]);
  });

  it("reads a path only where the dialog allows its folder", async () => {
    const payload = path.join(photos, "espresso.jpg");
    flow = await startFlow(tlac, { ...node, readFiles: true, folders: photos });
    flow.send("n", { payload });
    assert.equal(resultOf(await flow.next("door1")).class, "espresso");
    await flow.close();
    flow = await startFlow(tlac, { ...node, readFiles: false, folders: photos });
    flow.send("n", { payload });
    assert.ok(((await flow.next("caught")) as CaughtMessage).error.code);
  });
});
