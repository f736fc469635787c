import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import type { NodeMessageInFlow } from "node-red";
import sharp from "sharp";

import { freezeDeep } from "../../lib/basics/freeze-deep";
import clipMatch from "../../nodes/clip-match";
import lmmCandidates from "../../nodes/lmm-candidates";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type Flow, type FlowNode } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, paint } from "./scripted-lmm";

const TYPES = [tlac, clipMatch, lmmCandidates, lmmServer, tlacVocabulary];
const photo = readFileSync(path.join(__dirname, "../../examples/photos/espresso.jpg"));
const words = dragNode("tlac-vocabulary", "words");
const CLASSES = "label,aliases,not\nespresso,coffee | mocha,tea\ndog,puppy,cat";

interface Case {
  readonly name: string;
  readonly node: FlowNode;
  /** Made anew each time; what a message holds may be held by another node too. */
  readonly message: () => Promise<Record<string, unknown>> | Record<string, unknown>;
  readonly configs?: (double: OllamaDouble) => FlowNode[];
}

const server = (double: OllamaDouble): FlowNode[] => [
  { ...dragNode("lmm-server", "server"), host: double.url, canary: false },
  { ...words, classes: CLASSES },
];
const judge = { ...dragNode("tlac"), classes: "espresso, dog, cat" };

const CASES: readonly Case[] = [
  { name: "tlac, mode slac", node: judge, message: () => ({ payload: photo }) },
  {
    name: "tlac, mode clip",
    node: { ...judge, mode: "clip" },
    message: () => ({ payload: photo }),
  },
  {
    name: "tlac, a scene that has not changed",
    node: { ...judge, unchanged: "reuse" },
    message: () => ({ payload: photo }),
  },
  {
    name: "tlac, unjudged",
    node: { ...judge, unchanged: "skip" },
    message: () => ({ payload: photo }),
  },
  {
    name: "tlac, a batch of raw pixels",
    node: judge,
    message: async () => {
      const { data, info } = await sharp(photo)
        .resize(64)
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height } = info;
      return { payload: [{ data, width, height, channels: 3 }, photo] };
    },
  },
  {
    name: "tlac with an LMM and a vocabulary of its own",
    node: { ...judge, classes: "", vocabulary: "words", server: "server", mode: "cascade" },
    message: () => ({ payload: photo }),
    configs: server,
  },
  {
    name: "tlac with the message's vocabulary",
    node: { ...judge, classes: "" },
    message: () => ({
      payload: photo,
      vocabulary: [{ label: "espresso", aliases: ["coffee"], not: ["tea"] }, { label: "dog" }],
    }),
  },
  {
    name: "clip-match of words",
    node: { ...dragNode("clip-match"), classes: "espresso, dog" },
    message: () => ({ payload: { candidates: [{ name: "espresso", synonyms: ["coffee"] }] } }),
  },
  {
    name: "clip-match of an image",
    node: { ...dragNode("clip-match"), classes: "espresso, dog" },
    message: () => ({ payload: photo }),
  },
  { name: "lmm-candidates", node: dragNode("lmm-candidates"), message: () => ({ payload: photo }) },
  {
    name: "lmm-candidates with an LMM",
    node: { ...dragNode("lmm-candidates"), server: "server" },
    message: () => ({ payload: photo }),
    configs: server,
  },
  {
    name: "tlac with a bad image",
    node: judge,
    message: () => ({ payload: Buffer.from("no image at all") }),
  },
  {
    name: "tlac with a rule that cannot work",
    node: { ...judge, filters: [{ test: "regex", value: "(", action: "drop" }] },
    message: () => ({ payload: photo }),
  },
  {
    name: "tlac with a model that is not there",
    node: { ...judge, server: "server", mode: "slac" },
    message: () => ({ payload: photo }),
    configs: (double) => server(double).map((each) => ({ ...each, model: "not-here" })),
  },
];

describe("what leaves in a message is the flow's, what a message holds is its sender's", () => {
  let double: OllamaDouble;
  let flow: Flow;

  before(async () => {
    double = await startOllamaDouble({ brain: new ScriptedBrain(naming("espresso", "coffee")) });
  });
  after(() => double.close());
  afterEach(() => flow.close());

  for (const { name, node, message, configs } of CASES) {
    it(`${name}: later messages do not see what a flow has made of earlier ones`, async () => {
      flow = await startFlow(TYPES, node, configs?.(double) ?? []);
      const ends: unknown[] = [];
      // The first is judged, the second may be remembered, the third shows what the edits have done.
      for (let round = 0; round < 4; round += 1) {
        const sent = shareDeep(await message());
        const before = structuredClone(sent);
        flow.send("n", sent);
        const end = await firstEnd(flow);
        assert.deepEqual(structuredClone(sent), before);
        ends.push(lasting(end));
        vandalise(end, new Set(Object.values(sent)));
      }
      assert.deepEqual(ends[2], ends[1]);
      assert.deepEqual(ends[3], ends[1]);
    });
  }

  it("keeps the thumbnail's picture, whatever becomes of msg.image", async () => {
    const image = await paint();
    flow = await startFlow(TYPES, judge);
    flow.send("n", { payload: image });
    const first = await firstEnd(flow);
    const jpeg = Buffer.from(first.image as Buffer);
    (first.image as Buffer).fill(0);
    flow.send("n", { payload: image });
    assert.deepEqual((await firstEnd(flow)).image, jpeg);
  });
});

/** As another node holds it: nobody may change it. Buffers are compared instead. */
function shareDeep<T extends object>(message: T): T {
  for (const value of Object.values(message)) freezeDeep(value);
  return message;
}

async function firstEnd(flow: Flow): Promise<NodeMessageInFlow & Record<string, unknown>> {
  const ends = ["door1", "door2", "door3", "caught"];
  while (!ends.some((id) => flow.waitingAt(id) > 0)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return flow.next(ends.find((id) => flow.waitingAt(id) > 0) ?? "caught");
}

/** What does not differ by itself from one decision to the next. */
function lasting(message: object): unknown {
  const own = new Set(["_msgid", "id", "timings", "lmmCalls", "counts", "stack", "raw"]);
  return JSON.parse(
    JSON.stringify(message, (key, value: unknown) => (own.has(key) ? undefined : value)),
  );
}

/** Changes everything that can be reached, the Buffers' bytes too, except what the sender holds. */
function vandalise(value: unknown, spared: ReadonlySet<unknown>, seen = new Set()): void {
  if (typeof value !== "object" || value === null || seen.has(value) || spared.has(value)) return;
  seen.add(value);
  if (Buffer.isBuffer(value)) {
    value.fill(0);
    return;
  }
  for (const part of Object.values(value)) vandalise(part, spared, seen);
  if (Array.isArray(value)) value.push("vandal");
  for (const key of Object.keys(value)) Reflect.set(value, key, "vandal");
  Reflect.set(value, "vandal", true);
}
