import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import RED from "node-red";

import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import type { JournalEntry } from "../ollama-double/journal";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, paint, promptOf } from "./scripted-lmm";

/** Where a message can be when its node goes, and how it is held there. */
interface Stage {
  readonly name: string;
  readonly hold: (double: OllamaDouble) => void;
  /** The request that stands there. */
  readonly stands: (entry: JournalEntry) => boolean;
}

/** The part of the runtime that the typings leave out. */
interface FlowsApi {
  getFlows(): { readonly flows: readonly { readonly id: string }[] };
  setFlows(flows: readonly object[], credentials: object, type: "nodes"): Promise<string>;
}

const isAt =
  (stage: JournalEntry["stages"][number], asks: boolean) =>
  (entry: JournalEntry): boolean =>
    !entry.finished &&
    entry.path === "/api/chat" &&
    entry.stages.at(-1) === stage &&
    (promptOf(entry) !== undefined) === asks;

const STAGES: readonly Stage[] = [
  {
    name: "the server is asked for its version",
    hold: (double) => {
      double.hold("accept");
    },
    stands: ({ path, stages }) => path === "/api/version" && stages.at(-1) === "accepted",
  },
  {
    name: "the model loads",
    hold: (double) => {
      double.hold("load");
    },
    stands: isAt("loading", false),
  },
  {
    name: "the model has not said a word",
    hold: (double) => {
      double.hold("first-token");
    },
    stands: isAt("evaluating", true),
  },
  {
    name: "the answer is on its way",
    hold: (double) => {
      double.hold("token", 2);
    },
    stands: isAt("streaming", true),
  },
];

describe("a redeploy while a message is under way", () => {
  let double: OllamaDouble;
  let flow: Flow;
  let image: Buffer;

  before(async () => {
    image = await paint();
  });

  beforeEach(async () => {
    double = await startOllamaDouble({ brain: new ScriptedBrain(naming("hammer")) });
    const server = { ...dragNode("lmm-server", "server"), host: double.url, canary: false };
    flow = await startFlow(
      [tlac, lmmServer],
      {
        ...dragNode("tlac"),
        sight: false,
        classes: "hammer, screwdriver",
        server: "server",
        mode: "slac",
      },
      [server],
    );
  });

  afterEach(async () => {
    await flow.close();
    await double.close();
  });

  for (const { name, hold, stands } of STAGES) {
    it(`of the changed server, ${name}: CLOSED at Catch, no socket is left`, async () => {
      hold(double);
      flow.send("n", { payload: image, topic: "under way" });
      const entry = await double.journal.waitFor(stands);
      await deployChanged("server");
      const { error, topic } = (await flow.next("caught")) as CaughtMessage;
      assert.deepEqual([topic, error.code], ["under way", "CLOSED"]);
      await gone(entry);
      await noSocketLeft();
      assert.equal(waiting(), 0);
    });

    it(`of everything, ${name}: ends with CLOSED, no socket is left`, async () => {
      hold(double);
      flow.send("n", { payload: image });
      const entry = await double.journal.waitFor(stands);
      const codes: (string | undefined)[] = [];
      flow.onDone("n", (error) => codes.push(error?.code));
      await flow.close();
      assert.deepEqual(codes, ["CLOSED"]);
      await gone(entry);
      await noSocketLeft();
    });
  }

  it("of its node alone: CLOSED at Catch, and the request is over", async () => {
    const release = double.hold("first-token");
    flow.send("n", { payload: image });
    const entry = await double.journal.waitFor(isAt("evaluating", true));
    await deployChanged("n");
    assert.equal(((await flow.next("caught")) as CaughtMessage).error.code, "CLOSED");
    await gone(entry);
    assert.equal(entry.clientClosedAt, "evaluating");
    release();
    flow.send("n", { payload: image });
    assert.ok(await flow.next("door1"));
  });

  it("answers those that wait in the queue too, each once", async () => {
    double.hold("first-token");
    for (const topic of ["a", "b", "c"]) flow.send("n", { payload: image, topic });
    const entry = await double.journal.waitFor(isAt("evaluating", true));
    await deployChanged("n");
    const caught = [
      await flow.next("caught"),
      await flow.next("caught"),
      await flow.next("caught"),
    ];
    assert.deepEqual(caught.map(({ topic }) => topic).sort(), ["a", "b", "c"]);
    assert.ok(caught.every((message) => (message as CaughtMessage).error.code === "CLOSED"));
    await gone(entry);
    assert.equal(waiting(), 0);
    assert.equal(double.journal.entries.filter((each) => promptOf(each) !== undefined).length, 1);
  });

  it("while nothing listens at the server's port: CLOSED at Catch", async () => {
    await double.stop();
    flow.send("n", { payload: image });
    // Refused at once, so the message is in the pause before it tries again.
    await new Promise((resolve) => setImmediate(resolve));
    await deployChanged("server");
    assert.equal(((await flow.next("caught")) as CaughtMessage).error.code, "CLOSED");
  });

  /** As the editor's "Modified Nodes" with one node renamed. */
  async function deployChanged(id: string): Promise<void> {
    const nodes = RED.nodes as unknown as FlowsApi;
    const { flows } = nodes.getFlows();
    const changed = flows.map((node) =>
      node.id === id ? { ...node, name: "renamed" } : { ...node },
    );
    const started = once(RED.events, "flows:started");
    await nodes.setFlows(changed, {}, "nodes");
    await started;
  }

  /** Resolves once the server has seen the request's end. */
  async function gone(entry: JournalEntry): Promise<void> {
    await double.journal.waitFor((each) => each === entry && each.finished);
  }

  /** The server learns of a closed connection a moment later; one that stays open times out here. */
  async function noSocketLeft(): Promise<void> {
    while (double.openSockets > 0) await sleep(2);
  }

  function waiting(): number {
    return ["door1", "door2", "door3", "caught"].reduce((sum, id) => sum + flow.waitingAt(id), 0);
  }
});
