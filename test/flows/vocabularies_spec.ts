import assert from "node:assert/strict";

import type { NodeMessageInFlow } from "node-red";

import type { Result } from "../../lib/tlac/result";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import type { BrainAnswer } from "../ollama-double/brain";
import { ScriptedBrain, type Line } from "../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, paint, promptOf, questionsTo } from "./scripted-lmm";

const resultOf = (message: NodeMessageInFlow): Result => message.payload as Result;

describe("a vocabulary on its way through a flow with an LMM", () => {
  let double: OllamaDouble;
  let flow: Flow;
  let image: Buffer;

  before(async () => {
    image = await paint();
  });

  afterEach(async () => {
    await flow.close();
    await double.close();
  });

  async function start(classes: string, says: Line | readonly Line[], mode: string): Promise<void> {
    double = await startOllamaDouble({ brain: new ScriptedBrain(says) });
    const server = { ...dragNode("lmm-server", "server"), host: double.url, canary: false };
    const words = { ...dragNode("tlac-vocabulary", "words"), classes };
    const node = {
      ...dragNode("tlac"),
      sight: false,
      unchanged: "off",
      server: "server",
      vocabulary: "words",
      mode,
    };
    flow = await startFlow([tlac, lmmServer, tlacVocabulary], node, [server, words]);
  }

  const promptAt = (position: number): string => {
    const entry = questionsTo(double)[position];
    assert.ok(entry, `no question ${position}`);
    return promptOf(entry) ?? "";
  };

  describe("of 1,000 classes", () => {
    const MATERIALS =
      "steel,brass,copper,nylon,rubber,zinc,titanium,bronze,plastic,ceramic,glass,wooden,carbon,chrome,nickel,silver,iron,lead,tin,silicone,paper,leather,cotton,foam,stone";
    const PARTS =
      "bolt,nut,washer,spring,gasket,bearing,gear,shaft,pulley,valve,pipe,hose,clamp,bracket,hinge,handle,knob,lever,plate,rod,tube,ring,seal,plug,cap,pin,rivet,nail,hook,chain,cable,wire,switch,fuse,relay,sensor,motor,pump,filter,fan";
    const labels = MATERIALS.split(",").flatMap((material) =>
      PARTS.split(",").map((part) => `${material} ${part}`),
    );
    /** Picks the class that was offered under this name. */
    const choosing =
      (label: string): Line =>
      ({ prompt }): BrainAnswer => {
        const letter = new RegExp(`^([A-Z]): ${label}$`, "m").exec(prompt)?.[1];
        return { json: { a_choice: letter ?? "none" } };
      };

    it("pays for the second question in `cascade` with a few classes, not with all", async () => {
      assert.equal(labels.length, 1_000);
      await start(labels.join("\n"), [naming("bolt"), choosing("steel bolt")], "cascade");
      flow.send("n", { payload: image });
      const { class: winner, reason, lmmCalls } = resultOf(await flow.next("door1"));
      assert.deepEqual([winner, reason, lmmCalls.length], ["steel-bolt", "agreed", 2]);
      const offered = labels.filter((label) => promptAt(1).includes(`: ${label}\n`));
      assert.ok(offered.length >= 2 && offered.length <= 8, offered.join());
      assert.ok(promptAt(1).length < 1_000, `${promptAt(1).length} characters`);
      assert.ok(promptAt(0).length < 2_000, `${promptAt(0).length} characters`);
    }).timeout(60_000);

    it("pays for it once a word: the answer is remembered", async () => {
      await start(
        labels.join("\n"),
        [naming("bolt"), choosing("steel bolt"), naming("bolt")],
        "cascade",
      );
      flow.send("n", { payload: image });
      await flow.next("door1");
      flow.send("n", { payload: image });
      const { class: winner, cached, lmmCalls } = resultOf(await flow.next("door1"));
      assert.deepEqual([winner, cached.reconcile, lmmCalls.length], ["steel-bolt", true, 1]);
    }).timeout(60_000);

    it("asks about the whole list in `tlac`, in as many questions as the context takes", async () => {
      await start(labels.join("\n"), [naming("bolt"), "steel bolt"], "tlac");
      flow.send("n", { payload: image });
      const { class: winner, lmmCalls } = resultOf(await flow.next("door1"));
      assert.equal(winner, "steel-bolt");
      const prompts = lmmCalls.slice(1).map((_, position) => promptAt(position + 1));
      assert.ok(prompts.length > 1);
      assert.ok(labels.every((label) => prompts.some((prompt) => prompt.includes(label))));
    }).timeout(60_000);
  });

  describe("in Japanese", () => {
    const CLASSES = [
      "id,label,aliases,alert",
      "hammer,金づち,hammer | ハンマー,warning",
      "bolt,六角ボルト,hex bolt | connector,",
      "plug,差し込みプラグ,plug | connector,",
    ].join("\n");

    it("labels what the LMM named in English", async () => {
      await start(CLASSES, naming("hammer", "claw hammer"), "cascade");
      flow.send("n", { payload: image });
      const result = resultOf(await flow.next("door1"));
      assert.deepEqual([result.class, result.label, result.alert], ["hammer", "金づち", "warning"]);
      assert.match(result.explanation, /金づち/);
    });

    it("takes Japanese classes of a message by the glossary's English names", async () => {
      await start(CLASSES, naming("screws"), "cascade");
      flow.send("n", { payload: image, vocabulary: "ねじ, 釘, ハンマー" });
      const result = resultOf(await flow.next("door1"));
      assert.equal(result.label, "ねじ");
      assert.deepEqual(result.ranking[0]?.via, {
        candidate: "screws",
        alias: "screw",
        kind: "alias",
        glossary: true,
      });
      assert.match(result.explanation, /用語集: screw/);
    });

    it("offers the glossary's names in a near-tie's question", async () => {
      const choice: Line = ({ prompt }) => ({
        json: { a_choice: /^([A-Z]): 乗用車/m.exec(prompt)?.[1] ?? "none" },
      });
      await start("自動車\n乗用車", [naming("car"), choice], "cascade");
      flow.send("n", { payload: image });
      assert.equal(resultOf(await flow.next("door1")).label, "乗用車");
      assert.match(promptAt(1), /: 自動車 \(car, automobile\)/);
    });

    it("takes answers in Japanese to a question in Japanese, however they are cut", async () => {
      await start(CLASSES, naming("ハンマー"), "cascade");
      double.fault({ kind: "chunking", bytes: 1 }, { on: "/api/chat", times: 10 });
      const prompt = "写真に写っている物の名前を日本語で答えてください。";
      flow.send("n", { payload: image, prompt });
      assert.equal(resultOf(await flow.next("door1")).label, "金づち");
      assert.ok(promptAt(0).includes(prompt));
    });

    it("offers Japanese classes in a near-tie's question", async () => {
      const choice: Line = ({ prompt }) => ({
        json: { a_choice: /^([A-Z]): 差し込みプラグ/m.exec(prompt)?.[1] ?? "none" },
      });
      await start(CLASSES, [naming("connector"), choice], "cascade");
      flow.send("n", { payload: image });
      const result = resultOf(await flow.next("door1"));
      assert.deepEqual([result.class, result.label], ["plug", "差し込みプラグ"]);
      assert.match(promptAt(1), /六角ボルト/);
    });

    it("sends Japanese classes whole in `tlac`, and reads a Japanese choice", async () => {
      await start(CLASSES, [naming("hammer"), "「金づち」。"], "tlac");
      flow.send("n", { payload: image });
      assert.equal(resultOf(await flow.next("door1")).class, "hammer");
      assert.match(promptAt(1), /金づち, 六角ボルト, 差し込みプラグ/);
    });
  });
});
