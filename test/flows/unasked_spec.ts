import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import type { NodeMessageInFlow } from "node-red";

import type { Result } from "../../lib/tlac/result";
import lmmServer from "../../nodes/lmm-server";
import { takeTurn } from "../../nodes/runtime/scene/image-line";
import type { LmmServerNode } from "../../nodes/runtime/settings/config-nodes";
import tlac from "../../nodes/tlac";
import helper from "node-red-node-test-helper";
import { startFlow, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, paint, questionsTo } from "./scripted-lmm";

const cup = readFileSync(path.join(__dirname, "../../examples/photos/espresso.jpg"));
const resultOf = (message: NodeMessageInFlow): Result => message.payload as Result;

describe("an image that needs no LMM", () => {
  let double: OllamaDouble;
  let flow: Flow;
  let answer: (() => void) | undefined;
  let word: string;

  beforeEach(async () => {
    word = "espresso";
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const brain = new ScriptedBrain(async () => {
      await held;
      return naming(word);
    });
    double = await startOllamaDouble({ brain });
  });

  afterEach(async () => {
    answer?.();
    await flow.close();
    await double.close();
  });

  type Settings = Readonly<Record<string, unknown>>;

  async function start(settings: Settings = {}, line: Settings = {}): Promise<void> {
    const judge = { ...dragNode("tlac"), classes: "espresso, dog, cat", server: "server" };
    const server = {
      ...dragNode("lmm-server", "server"),
      host: double.url,
      canary: false,
      ...line,
    };
    flow = await startFlow([tlac, lmmServer], { ...judge, spotChecks: "0", ...settings }, [server]);
  }

  const nextWarning = (): Promise<string> =>
    new Promise((resolve) => {
      helper.getNode("n").warn = (text: unknown) => {
        resolve(String(text));
      };
    });
  const readActivity = () => (helper.getNode("server") as LmmServerNode).readActivity("en-US");

  it("leaves while the server works on another one", async () => {
    await start();
    flow.send("n", { payload: await paint(), camera: "a" });
    await double.journal.waitFor(() => questionsTo(double).length > 0);
    flow.send("n", { payload: cup, camera: "b" });
    const message = await flow.next("door1");
    const { class: id, cascade, lmmCalls } = resultOf(message);
    assert.deepEqual([id, cascade, lmmCalls.length], ["espresso", "sight", 0]);
    assert.equal(readActivity().saved.sight, 1);
    answer?.();
    assert.equal(resultOf(await flow.next("door2")).cascade, "words");
    assert.equal(questionsTo(double).length, 1);
  });

  it("is no decision where a newer one of its camera has taken its place meanwhile", async () => {
    await start({}, { latestOnly: true });
    flow.send("n", { payload: await paint(), camera: "a" });
    await double.journal.waitFor(() => questionsTo(double).length > 0);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const models = takeTurn(new AbortController().signal, () => held);
    flow.send("n", { payload: cup, camera: "b", topic: "older" });
    flow.send("n", { payload: cup, camera: "b", topic: "newer" });
    assert.equal((await flow.next("door3")).topic, "older");
    release();
    await models;
    assert.equal((await flow.next("door1")).topic, "newer");
    assert.equal(readActivity().saved.sight, 1);
  });

  for (const [why, settings] of [
    ["of another mode", { mode: "slac" }],
    ["that is always asked about", { askAlways: true }],
    ["that is checked", { spotChecks: "100" }],
  ] as const) {
    it(`lets one ${why} go to the LMM without waiting for this computer's models`, async () => {
      await start(settings);
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const models = takeTurn(new AbortController().signal, () => held);
      try {
        flow.send("n", { payload: cup });
        await double.journal.waitFor(() => questionsTo(double).length > 0);
      } finally {
        release();
        await models;
      }
    });
  }

  it("fails whatever it shows where no LMM can answer a second question", async () => {
    await start({ server: "", mode: "cascade" });
    for (const payload of [cup, await paint()]) {
      flow.send("n", { payload });
      const { error } = (await flow.next("caught")) as unknown as { error: { code: string } };
      assert.equal(error.code, "BAD_CONFIG");
    }
  });

  it("leaves while the server is down", async () => {
    await start();
    double.fault({ kind: "forbidden" }, { on: "/api/chat" });
    flow.send("n", { payload: cup });
    assert.equal(resultOf(await flow.next("door1")).class, "espresso");
  });

  it("is asked about where that is wanted", async () => {
    await start({ askAlways: true });
    answer?.();
    flow.send("n", { payload: cup });
    const { cascade, candidates } = resultOf(await flow.next("door1"));
    assert.deepEqual([cascade, candidates[0]?.name], ["words", "espresso"]);
  });

  it("is checked for some, with a warning where the LMM keeps disagreeing", async () => {
    await start({ spotChecks: "100" });
    word = "dog";
    answer?.();
    const warned = nextWarning();
    for (let sent = 0; sent < 10; sent++) {
      flow.send("n", { payload: cup, topic: String(sent) });
      const { class: id, spotCheck } = resultOf(await flow.next("door1"));
      assert.equal(id, "espresso");
      assert.ok(spotCheck);
    }
    assert.deepEqual(readActivity().checks, { asked: 10, differing: 10 });
    assert.match(await warned, /10 images.*another class for 10/);
  });

  it("leaves where its check fails, which saved no call", async () => {
    await start({ spotChecks: "100" });
    const warned = nextWarning();
    double.fault({ kind: "forbidden" }, { on: "/api/chat" });
    flow.send("n", { payload: cup });
    const { class: id, spotCheck, lmmFailure } = resultOf(await flow.next("door1"));
    assert.deepEqual([id, spotCheck], ["espresso", undefined]);
    assert.equal(lmmFailure?.code, "LMM_UNREACHABLE");
    assert.match(await warned, /without a further answer of the LMM: /);
    const { saved, checks, failed } = readActivity();
    assert.deepEqual([saved.sight, checks.asked, failed], [0, 0, 1]);
  });

  it("is refused where the share to check is no share", async () => {
    await start({ spotChecks: "101" });
    flow.send("n", { payload: cup });
    const { error } = (await flow.next("caught")) as unknown as { error: { code: string } };
    assert.equal(error.code, "BAD_CONFIG");
  });
});
