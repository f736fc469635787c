import assert from "node:assert/strict";
import { once } from "node:events";

import RED, {
  type Node,
  type NodeAPI,
  type NodeDef,
  type NodeMessageInFlow,
  type NodeStatus,
} from "node-red";

import { TlacError } from "../../lib/errors";
import { handleInput, type Departure, type InputJob } from "../../nodes/runtime/input/handle-input";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";

const leave = (door: Departure["door"], set: Departure["set"] = {}): Departure => ({
  door,
  set,
  status: { fill: "green", shape: "dot", text: "done" },
});

/** A node type whose work is the test's own. */
function probeType(job: Partial<InputJob>) {
  return (api: NodeAPI): void => {
    function ProbeNode(this: Node, def: NodeDef): void {
      api.nodes.createNode(this, def);
      handleInput(api, this, {
        doors: ["class", "review", "skipped"],
        prepare: () => Promise.resolve(undefined),
        work: () => Promise.resolve(leave("class")),
        release: () => Promise.resolve(),
        ...job,
      });
    }
    api.nodes.registerType("probe", ProbeNode);
  };
}

const probe = { id: "n", type: "probe" };

describe("handleInput", () => {
  let flow: Flow;
  afterEach(() => flow.close());

  it("sends each message through the one door that the work names", async () => {
    flow = await startFlow(
      probeType({ work: (message) => Promise.resolve(leave(message.topic as "class")) }),
      probe,
    );
    for (const [index, door] of ["class", "review", "skipped"].entries()) {
      flow.send("n", { topic: door });
      assert.equal((await flow.next(`door${index + 1}`)).topic, door);
    }
    assert.equal(
      ["door1", "door2", "door3", "caught"].reduce((n, id) => n + flow.waitingAt(id), 0),
      0,
    );
  });

  it("hands a failure with its code to Catch, sends nothing and changes nothing", async () => {
    const type = probeType({
      work: () => Promise.reject(new TlacError("BAD_CONFIG", "nodes.no-classes")),
    });
    flow = await startFlow(type, probe);
    flow.send("n", { payload: "as it came" });
    const caught = (await flow.next("caught")) as CaughtMessage;
    assert.equal(caught.error.code, "BAD_CONFIG");
    assert.match(caught.error.message, /^A list of classes was expected/);
    assert.equal(caught.payload, "as it came");
    assert.equal(flow.waitingAt("door1"), 0);
    assert.equal((await flow.statusWith("check the settings")).fill, "red");
  });

  it("hands what nobody foresaw to Catch too, thrown before the first await or after", async () => {
    const type = probeType({
      work: (message) => {
        if (message.topic === "at once") throw new Error("at once");
        return Promise.reject(new Error("later"));
      },
    });
    flow = await startFlow(type, probe);
    for (const topic of ["at once", "later"]) {
      flow.send("n", { topic });
      const caught = (await flow.next("caught")) as CaughtMessage;
      assert.match(caught.error.message, new RegExp(topic));
    }
  });

  it("speaks the language of the runtime", async () => {
    const type = probeType({
      work: () => Promise.reject(new TlacError("BAD_CONFIG", "nodes.no-classes")),
    });
    flow = await startFlow(type, probe, [], { lang: "ja" });
    flow.send("n", {});
    assert.match(
      ((await flow.next("caught")) as CaughtMessage).error.message,
      /クラスの一覧が必要/,
    );
    await flow.statusWith("設定を確認");
  });

  it("tells a wrong setting at deploy", async () => {
    const type = probeType({
      prepare: () => Promise.reject(new TlacError("BAD_CONFIG", "nodes.no-classes")),
    });
    // A core Status node is not up that early, but the editor hears it.
    const shown = once(RED.events, "node-status");
    flow = await startFlow(type, probe);
    const [{ id, status }] = (await shown) as [{ id: string; status: NodeStatus }];
    assert.deepEqual({ id, text: status.text }, { id: "n", text: "check the settings" });
  });

  it("gives counts that add up with each status", async () => {
    const open = new Gate();
    const type = probeType({
      work: async ({ topic }) => {
        if (topic === "bad") throw new TlacError("BAD_MESSAGE", "nodes.no-classes");
        if (topic === "slow") await open.passed;
        return leave(topic === "slow" ? "class" : (topic as "class"));
      },
    });
    flow = await startFlow(type, probe);
    for (const topic of ["slow", "class", "review", "skipped", "bad"]) flow.send("n", { topic });
    await flow.next("caught");
    open.open();
    for (;;) {
      const { status } = (await flow.next("status")) as NodeMessageInFlow & {
        status: { counts: Record<string, number> };
      };
      const { in: came, out, ...rest } = status.counts;
      const left = Object.values(rest).reduce((sum, count) => sum + count, 0);
      assert.equal(came, left + (out ?? 0));
      if (came === 5 && rest.waiting === 0) {
        assert.deepEqual(rest, { class: 2, review: 1, skipped: 1, failed: 1, waiting: 0 });
        break;
      }
    }
  });

  it("answers every message with CLOSED when it closes, releases after the work has ended", async () => {
    const events: string[] = [];
    const started = new Gate();
    const type = probeType({
      work: async (_message, signal) => {
        started.open();
        await new Promise((resolve) => {
          signal.addEventListener("abort", resolve);
        });
        events.push("work over");
        return leave("class", { payload: "too late" });
      },
      release: () => {
        events.push("released");
        return Promise.resolve();
      },
    });
    const errors: (string | undefined)[] = [];
    flow = await startFlow(type, probe);
    const original = { payload: "mine" };
    flow.send("n", original);
    flow.send("n", original);
    await started.passed;
    flow.onDone("n", (error) => errors.push(error?.code));
    await flow.close();
    assert.deepEqual(errors, ["CLOSED", "CLOSED"]);
    assert.deepEqual(events, ["work over", "work over", "released"]);
    assert.equal(flow.waitingAt("door1"), 0);
  });
});

/** Something to wait for that the test opens. */
class Gate {
  open: () => void = () => undefined;
  readonly passed = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}
