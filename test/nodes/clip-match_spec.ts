import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import type { NodeMessageInFlow } from "node-red";
import helper from "node-red-node-test-helper";

import type { Result } from "../../lib/tlac/result";
import { PROVIDERS, providersOf } from "../../lib/clip/provider";
import clipMatch from "../../nodes/clip-match";
import clipModel from "../../nodes/clip-model";
import lmmCandidates from "../../nodes/lmm-candidates";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";

const root = path.join(__dirname, "..", "..");
const photo = readFileSync(path.join(root, "examples", "photos", "espresso.jpg"));
const resultOf = (message: NodeMessageInFlow): Result => message.payload as Result;
const node = { ...dragNode("clip-match"), classes: "espresso, dog, cat" };

describe("clip-match", () => {
  let flow: Flow;
  afterEach(() => flow.close());

  it("matches whatever form the words have", async () => {
    flow = await startFlow(clipMatch, node);
    const forms = [
      { candidates: [{ name: "coffee drink", synonyms: ["espresso"] }], description: "" },
      ["espresso", "coffee"],
      "An espresso.\n",
    ];
    for (const payload of forms) {
      flow.send("n", { payload });
      assert.equal(resultOf(await flow.next("door1")).class, "espresso");
    }
  });

  it("warns once where the model's device cannot be used, and judges on the CPU", async () => {
    const has = providersOf(process.platform, process.arch);
    const provider = PROVIDERS.find((each) => !has.includes(each))!;
    const model = { ...dragNode("clip-model", "model"), provider };
    flow = await startFlow([clipMatch, clipModel], { ...node, model: "model" }, [model]);
    const warnings: unknown[] = [];
    helper.getNode("model").warn = (text: unknown) => void warnings.push(text);
    for (let turn = 0; turn < 2; turn += 1) {
      flow.send("n", { payload: "espresso" });
      assert.equal(resultOf(await flow.next("door1")).class, "espresso");
    }
    assert.equal(warnings.length, 1);
    assert.match(
      String(warnings[0]),
      new RegExp(`compute on ${provider}.*The CPU computes instead`),
    );
  });

  it("says which numbers of a picture of numbers became black and white", async () => {
    flow = await startFlow(clipMatch, node);
    const celsius = Float32Array.from({ length: 64 * 48 }, (_, at) => 20 + (at % 64) / 4);
    flow.send("n", { payload: { data: celsius, width: 64, height: 48, channels: 1 } });
    const { frame } = resultOf(await Promise.race([flow.next("door1"), flow.next("door2")]));
    assert.ok(frame && frame.scaled.low >= 20 && frame.scaled.low < 21 && frame.scaled.high > 34);
  });

  it("matches an image where one comes in", async () => {
    flow = await startFlow(clipMatch, node);
    const forms = [
      photo,
      photo.toString("base64"),
      photo.toString("base64").replace(/.{76}/g, "$&\r\n"),
      JSON.parse(JSON.stringify(photo)) as unknown,
      [...photo],
      new Uint8Array(photo).buffer,
    ];
    for (const payload of forms) {
      flow.send("n", { payload });
      const message = await flow.next("door1");
      assert.deepEqual([resultOf(message).class, resultOf(message).mode], ["espresso", "clip"]);
      assert.ok(Buffer.isBuffer(message.image));
    }
  });

  it("leaves what fits no class to a person", async () => {
    flow = await startFlow(clipMatch, node);
    flow.send("n", { payload: "quarterly tax return" });
    assert.equal(resultOf(await flow.next("door2")).class, null);
  });

  it("takes an answer that rules have emptied for no class", async () => {
    flow = await startFlow(clipMatch, node);
    flow.send("n", { payload: { candidates: [], description: "", forcedUnknown: false } });
    assert.equal(resultOf(await flow.next("door2")).outcome, "unknown");
  });

  it("reports words that are none", async () => {
    flow = await startFlow(clipMatch, node);
    for (const payload of [7, {}, [], ["dog", 7], "", null, { candidates: [{ synonyms: [] }] }]) {
      flow.send("n", { payload });
      const { error } = (await flow.next("caught")) as CaughtMessage;
      assert.equal(error.code, "BAD_MESSAGE", JSON.stringify(payload));
    }
  });

  it("uses a model of a folder, and says which file a bad one lacks", async () => {
    const model = { ...dragNode("clip-model", "m"), kind: "folder" };
    const good = { ...model, folder: path.join(root, "models", "starter") };
    flow = await startFlow([clipMatch, clipModel], { ...node, model: "m" }, [good]);
    flow.send("n", { payload: "espresso" });
    assert.equal(resultOf(await flow.next("door1")).class, "espresso");
    await flow.close();
    const bad = { ...model, folder: path.join(root, "models") };
    flow = await startFlow([clipMatch, clipModel], { ...node, model: "m" }, [bad]);
    flow.send("n", { payload: "espresso" });
    const { error } = (await flow.next("caught")) as CaughtMessage;
    assert.match(error.code ?? "", /BAD_CONFIG|EMBEDDER_UNAVAILABLE/);
    assert.match(error.message, /config\.json/);
  });
});

describe("lmm-candidates", () => {
  let flow: Flow;
  afterEach(() => flow.close());

  it("sends names that clip-match understands", async () => {
    flow = await startFlow(lmmCandidates, dragNode("lmm-candidates"));
    flow.send("n", { payload: photo, topic: "belt" });
    const proposed = await flow.next("door1");
    const { candidates } = proposed.payload as { candidates: { name: string }[] };
    assert.equal(candidates[0]?.name, "espresso");
    assert.ok(Buffer.isBuffer(proposed.image));
    await flow.close();
    flow = await startFlow(clipMatch, node);
    flow.send("n", proposed);
    const message = await flow.next("door1");
    assert.deepEqual([resultOf(message).class, message.topic], ["espresso", "belt"]);
  });

  it("reports a bad image", async () => {
    flow = await startFlow(lmmCandidates, dragNode("lmm-candidates"));
    flow.send("n", { payload: Buffer.from("<svg/>") });
    assert.equal(((await flow.next("caught")) as CaughtMessage).error.code, "BAD_IMAGE");
  });
});
