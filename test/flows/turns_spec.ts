import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import clipMatch from "../../nodes/clip-match";
import lmmCandidates from "../../nodes/lmm-candidates";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import { startFlow, type CaughtMessage, type Flow, type FlowNode } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, paint, questionsTo } from "./scripted-lmm";

const TYPES = [tlac, clipMatch, lmmCandidates, lmmServer];
const place = { z: "tab", x: 0, y: 0 };
const judge = {
  ...dragNode("tlac"),
  sight: false,
  unchanged: "off",
  classes: "hammer, screwdriver",
  server: "server",
  mode: "slac",
};

/** A camera that takes a request and answers when the test lets it. */
class SlowCamera {
  readonly pending: ServerResponse[] = [];
  private readonly server: Server = createServer((_request, response) => {
    this.pending.push(response);
    this.server.emit("asked");
  });

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async asked(): Promise<void> {
    if (this.pending.length === 0) await once(this.server, "asked");
  }

  answer(image: Buffer): void {
    for (const response of this.pending.splice(0)) {
      response.writeHead(200, { "content-type": "image/jpeg" }).end(image);
    }
  }

  close(): void {
    for (const response of this.pending) response.destroy();
    this.server.close();
  }
}

describe("the line in front of an LMM", () => {
  let double: OllamaDouble;
  let flow: Flow;
  let image: Buffer;
  let camera: SlowCamera;
  let host: string;

  before(async () => {
    image = await paint();
  });

  beforeEach(async () => {
    double = await startOllamaDouble({ brain: new ScriptedBrain(naming("hammer")) });
    camera = new SlowCamera();
    host = await camera.start();
  });

  afterEach(async () => {
    await flow.close();
    await double.close();
    camera.close();
  });

  const start = (node: FlowNode, settings: object = {}, others: FlowNode[] = []): Promise<Flow> => {
    const server = { ...dragNode("lmm-server", "server"), host: double.url, canary: false };
    const reads = { readFiles: true, hosts: host };
    return startFlow(TYPES, { ...node, ...reads }, [{ ...server, ...settings }, ...others]);
  };

  it("holds nothing up that needs no LMM", async () => {
    flow = await start(judge);
    const release = double.hold("first-token");
    flow.send("n", { payload: image, topic: "asks" });
    await double.journal.reached("evaluating", "/api/chat");
    flow.send("n", { payload: image, mode: "clip", topic: "compares" });
    assert.equal((await flow.next("door2")).topic, "compares");
    release();
    assert.equal((await flow.next("door1")).topic, "asks");
  });

  for (const type of ["tlac", "lmm-candidates", "clip-match"]) {
    it(`of ${type} is not held up by a camera that does not answer`, async () => {
      const node = {
        ...judge,
        ...dragNode(type),
        sight: false,
        unchanged: "off",
        classes: "hammer, saw",
        server: "server",
        input: "image",
      };
      const door = type === "clip-match" ? "door2" : "door1";
      flow = await start(node);
      flow.send("n", { payload: `http://${host}/a.jpg`, topic: "dead" });
      await camera.asked();
      for (const topic of ["good 1", "good 2"]) flow.send("n", { payload: image, topic });
      assert.equal((await flow.next(door)).topic, "good 1");
      assert.equal((await flow.next(door)).topic, "good 2");
      assert.equal(flow.waitingAt("caught"), 0);
      await flow.close();
    });
  }

  it("has a place for each node that looks at one camera", async () => {
    const other = { ...judge, ...place, id: "other", wires: [["door1"], ["door2"], ["door3"]] };
    flow = await start(judge, { latestOnly: true }, [other]);
    const release = double.hold("first-token");
    flow.send("n", { payload: image, camera: "z", topic: "running" });
    await double.journal.reached("evaluating", "/api/chat");
    flow.send("n", { payload: image, camera: "a", topic: "n" });
    flow.send("other", { payload: image, camera: "a", topic: "other" });
    release();
    const topics = [];
    for (let left = 3; left > 0; left -= 1) topics.push((await flow.next("door1")).topic);
    assert.deepEqual(topics, ["running", "n", "other"]);
    assert.equal(flow.waitingAt("door3"), 0);
  });

  it("does not let an older frame that took longer take a newer one's place", async () => {
    flow = await start(judge, { latestOnly: true });
    flow.send("n", { payload: `http://${host}/a.jpg`, camera: "a", topic: "older" });
    await camera.asked();
    flow.send("n", { payload: image, camera: "a", topic: "newer" });
    assert.equal((await flow.next("door1")).topic, "newer");
    camera.answer(image);
    const late = await flow.next("door3");
    assert.deepEqual([late.topic, late.skipped], ["older", { reason: "superseded" }]);
  });

  it("asks nothing about an image that is bad, and does not wait to say so", async () => {
    flow = await start(judge);
    const release = double.hold("first-token");
    flow.send("n", { payload: image, topic: "asks" });
    await double.journal.reached("evaluating", "/api/chat");
    flow.send("n", { payload: Buffer.from("no image"), topic: "bad" });
    const { error, topic } = (await flow.next("caught")) as CaughtMessage;
    assert.deepEqual([topic, error.code], ["bad", "BAD_IMAGE"]);
    release();
    await flow.next("door1");
    assert.equal(questionsTo(double).length, 1);
  });
});
