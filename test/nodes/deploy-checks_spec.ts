import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";

import RED, { type NodeStatus } from "node-red";

import clipMatch from "../../nodes/clip-match";
import clipModel from "../../nodes/clip-model";
import lmmCandidates from "../../nodes/lmm-candidates";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type CaughtMessage, type Flow, type FlowNode } from "../helpers/flow";
import { dragNode, readDefinition } from "../helpers/flow-nodes";

const TYPES = [tlac, clipMatch, lmmCandidates, lmmServer, clipModel, tlacVocabulary];
const photo = readFileSync(path.join(__dirname, "../../examples/photos/espresso.jpg"));
const judge = { ...dragNode("tlac"), classes: "espresso, dog" };
const match = { ...dragNode("clip-match"), classes: "espresso, dog" };
const ask = { ...dragNode("lmm-candidates"), server: "server" };
const config = (type: string, id: string, more: object): FlowNode => ({
  ...dragNode(type, id),
  ...more,
});

/** The part of Node-RED's log that the typings leave out. */
const log = (RED as unknown as { log: Record<"addHandler" | "removeHandler", (h: object) => void> })
  .log;

describe("what is told at deploy", () => {
  let flow: Flow;
  let lines: string[];
  const handler = new EventEmitter();

  before(() => {
    handler.on("log", ({ id, msg }: { id?: string; msg: unknown }) => {
      if (id === "n") lines.push(String(msg));
    });
    log.addHandler(handler);
  });
  after(() => {
    log.removeHandler(handler);
  });
  afterEach(() => flow.close());

  /** Deploys, and returns the first status that the node shows. */
  const deploy = async (node: FlowNode, configs: FlowNode[] = []): Promise<NodeStatus> => {
    lines = [];
    const shown = once(RED.events, "node-status");
    flow = await startFlow(TYPES, node, configs);
    const [{ id, status }] = (await shown) as [{ id: string; status: NodeStatus }];
    assert.equal(id, "n");
    return status;
  };

  const WRONG: readonly [name: string, node: FlowNode, RegExp, configs?: FlowNode[]][] = [
    ["an LMM server that is gone", { ...judge, server: "gone" }, /gone \(lmm-server\)/],
    ["an LMM server that is gone, of words", { ...ask, server: "gone" }, /gone \(lmm-server\)/],
    ["a model that is gone", { ...judge, model: "gone" }, /gone \(clip-model\)/],
    ["a model that is gone, of a match", { ...match, model: "gone" }, /gone \(clip-model\)/],
    ["a vocabulary that is gone", { ...match, vocabulary: "gone" }, /gone \(tlac-vocabulary\)/],
    ["a property that is none", { ...judge, image: "payload[" }, /msg\.payload\[/],
    ["a camera's property that is none", { ...ask, camera: "a..b" }, /msg\.a\.\.b/],
    [
      "a setting of the server that cannot work",
      ask,
      /At the same time/,
      [config("lmm-server", "server", { concurrency: "0" })],
    ],
    [
      "classes none of which the model can read",
      { ...judge, classes: "謎の物, 不明の品" },
      /starter reads English only/,
    ],
    ["classes in a variable that is not there", { ...judge, classes: "${CLASSES}" }, /Classes/],
    ["a class in a variable that is not there", { ...match, classes: "dog, ${CAT}" }, /\$\{CAT\}/],
    ["a folder in a variable that is not there", { ...judge, folders: "/a/${B}/c" }, /\$\{B\}/],
    ["a question in a variable that is not there", { ...ask, prompt: "$(ASK)" }, /Own question/],
    ["a subject in a variable that is not there", { ...ask, domain: "${ASK}" }, /Subject/],
    [
      "a rule in a variable that is not there",
      { ...judge, filters: [{ test: "words", value: "${WORDS}", action: "drop" }] },
      /Rules on the LMM's answer/,
    ],
    [
      "a host in a variable that is not there",
      ask,
      /“Host” still holds \$\{OLLAMA\}/,
      [config("lmm-server", "server", { host: "http://${OLLAMA}:11434" })],
    ],
    [
      "a model's folder in a variable that is not there",
      { ...match, model: "model" },
      /Folder/,
      [config("clip-model", "model", { kind: "folder", folder: "${MODELS}" })],
    ],
    [
      "a vocabulary in a variable that is not there",
      { ...judge, vocabulary: "words" },
      /Classes/,
      [config("tlac-vocabulary", "words", { classes: "${CLASSES}" })],
    ],
  ];

  for (const [name, node, sentence, configs] of WRONG) {
    it(`is ${name}: in the status, in the log and to Catch with each message`, async () => {
      const { text, fill } = await deploy(node, configs);
      assert.deepEqual([text, fill], ["check the settings", "red"]);
      assert.match(lines.join("\n"), sentence);
      flow.send("n", { payload: node.type === "clip-match" ? "hot drink" : photo });
      const { error } = (await flow.next("caught")) as CaughtMessage;
      assert.equal(error.code, "BAD_CONFIG");
      assert.match(error.message, sentence);
    });
  }

  it("is not what may be meant: braces in a question, and a variable that is there", async () => {
    process.env.TLAC_SPEC_CLASSES = "espresso, dog";
    const node = { ...judge, classes: "${TLAC_SPEC_CLASSES}", prompt: "What costs ${price} here?" };
    flow = await startFlow(TYPES, node);
    delete process.env.TLAC_SPEC_CLASSES;
    flow.send("n", { payload: photo });
    assert.equal((await flow.next("door1")).topic, undefined);
  });

  it("is that no classes are there, and messages may bring them", async () => {
    for (const node of [
      { ...judge, classes: " " },
      { ...match, classes: "" },
    ]) {
      const { text, fill, shape } = await deploy(node);
      assert.deepEqual([text, fill, shape], ["no classes", "yellow", "ring"]);
      assert.deepEqual(lines, []);
      const payload = node.type === "tlac" ? photo : "espresso";
      flow.send("n", { payload, vocabulary: "espresso, dog" });
      await flow.next("door1");
      await flow.close();
    }
  });

  it("is which classes the model cannot read, where it can read others", async () => {
    const { text, fill } = await deploy({ ...judge, classes: "espresso, 謎の物, ねじ, 不明の品" });
    assert.deepEqual([text, fill], ["unreadable: 2", "yellow"]);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /starter .*: 謎の物, 不明の品\./);
    flow.send("n", { payload: photo });
    assert.equal((await flow.next("door1")).topic, undefined);
  });

  it("is what an old flow's settings mean now, until its dialog was confirmed", async () => {
    for (const node of [judge, match]) {
      const old = { ...node, accept: undefined };
      for (const [more, sentence] of [
        [{}, /made before version 0\.2.*set “Accept at most”/],
        [{ threshold: "0.6" }, /“Lowest score” and “Least lead” no longer decide/],
      ] as const) {
        lines = [];
        flow = await startFlow(TYPES, { ...old, ...more });
        flow.send("n", { payload: node.type === "tlac" ? photo : "espresso" });
        await flow.next("door1");
        assert.equal(lines.length, 1);
        assert.match(lines[0] ?? "", sentence);
        await flow.close();
      }
    }
    lines = [];
    flow = await startFlow(TYPES, judge);
    flow.send("n", { payload: photo });
    await flow.next("door1");
    assert.deepEqual(lines, []);
  });

  it("finds an equal name though the model cannot read it, and says so of any other", async () => {
    flow = await startFlow(TYPES, { ...match, classes: "謎の物, 不明の品" });
    flow.send("n", { payload: "謎の物" });
    await flow.next("door1");
    flow.send("n", { payload: "謎" });
    const { error } = (await flow.next("caught")) as CaughtMessage;
    assert.equal(error.code, "BAD_CONFIG");
  });
});

describe("a node without classes in the editor", () => {
  for (const type of ["tlac", "clip-match"]) {
    it(`of type ${type} has a red triangle until it has classes or a vocabulary`, () => {
      const { classes } = readDefinition(type).defaults;
      const validate = (value: string, vocabulary = ""): unknown =>
        classes?.validate?.call({ vocabulary }, value, {});
      assert.equal(validate("screw"), true);
      assert.equal(validate("", "words"), true);
      for (const [value, vocabulary] of [
        ["", ""],
        [" \n", ""],
        ["", "_ADD_"],
      ] as const) {
        assert.match(String(validate(value, vocabulary)), /error\.classes$/);
      }
    });
  }
});
