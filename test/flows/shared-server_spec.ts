import assert from "node:assert/strict";

import type { NodeMessageInFlow } from "node-red";

import lmmCandidates from "../../nodes/lmm-candidates";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import { startFlow, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import type { JournalEntry } from "../ollama-double/journal";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, paint, promptOf, questionsTo } from "./scripted-lmm";

const TYPES = [tlac, lmmCandidates, lmmServer];
const place = { z: "tab", x: 0, y: 0 };
const judge = {
  ...dragNode("tlac"),
  sight: false,
  classes: "hammer, screwdriver",
  server: "server",
  mode: "slac",
};

const isUnderWay = (entry: JournalEntry): boolean =>
  !entry.finished && promptOf(entry) !== undefined;

describe("nodes that share one LMM server", () => {
  let double: OllamaDouble;
  let flow: Flow;
  let image: Buffer;

  before(async () => {
    image = await paint();
  });

  beforeEach(async () => {
    double = await startOllamaDouble({
      brain: new ScriptedBrain(naming("hammer")),
      // The server itself would take more at a time: only our queue keeps it from that.
      scheduling: { numParallel: 16 },
      delays: { promptEval: 5, perToken: 0.2 },
    });
  });

  afterEach(async () => {
    await flow.close();
    await double.close();
  });

  const server = (settings: Readonly<Record<string, unknown>>) => ({
    ...dragNode("lmm-server", "server"),
    host: double.url,
    canary: false,
    ...settings,
  });

  for (const concurrency of [1, 3]) {
    it(`ask ${concurrency} question${concurrency > 1 ? "s" : ""} at a time between them`, async () => {
      // In full: the double sees late that an answer was cut off, and counts it as running.
      const whole = { ...judge, describe: true };
      const other = {
        ...whole,
        id: "other",
        mode: "tlac",
        wires: [["door1"], ["door2"], ["door3"]],
      };
      const words = { ...dragNode("lmm-candidates", "words"), server: "server" };
      flow = await startFlow(TYPES, whole, [
        server({ concurrency }),
        { ...other, ...place },
        { ...words, ...place, wires: [["door1"], ["door3"]] },
      ]);
      let most = 0;
      // Looked at after each step of each request; it never finds what it looks for.
      void double.journal.waitFor(() => {
        most = Math.max(most, double.journal.entries.filter(isUnderWay).length);
        return false;
      });
      const ids = ["n", "other", "words"];
      for (let round = 0; round < 4; round += 1) {
        for (const id of ids) flow.send(id, { payload: image, topic: `${id}-${round}` });
      }
      const topics = new Set<string | undefined>();
      for (let left = 12; left > 0; left -= 1) topics.add((await flow.next("door1")).topic);
      assert.equal(topics.size, 12);
      assert.equal(most, concurrency);
      // One question for `slac`, two for `tlac`, one for the words.
      assert.equal(questionsTo(double).length, 4 + 8 + 4);
    });
  }

  it("ask as many on each of several hosts, and tell who did what", async () => {
    const other = await startOllamaDouble({
      brain: new ScriptedBrain(naming("hammer")),
      delays: { promptEval: 5, perToken: 0.2 },
    });
    try {
      const hosts = `${double.url}, ${other.url}`;
      flow = await startFlow([...TYPES], judge, [server({ concurrency: 1, host: hosts })]);
      flow.send("n", { payload: image, topic: "first" });
      await flow.next("door1");
      for (let round = 0; round < 8; round += 1) {
        flow.send("n", { payload: image, topic: `camera ${round}` });
      }
      for (let left = 8; left > 0; left -= 1) await flow.next("door1");
      const [here, there] = [questionsTo(double).length, questionsTo(other).length];
      assert.equal(here + there, 9);
      assert.ok(Math.min(here, there) >= 3, `${here} and ${there}`);
    } finally {
      await flow.close();
      await other.close();
    }
  });

  it("drop what cannot wait, each with its reason, and the counts add up", async () => {
    const settings = { concurrency: 1, queueLength: 1, maxAge: 1, latestOnly: true };
    flow = await startFlow(TYPES, judge, [server(settings)]);
    const release = double.hold("first-token");
    const send = (camera: string, topic: string): void => {
      flow.send("n", { payload: image, camera, topic });
    };
    send("a", "running");
    await double.journal.reached("evaluating", "/api/chat");
    send("a", "older");
    send("a", "newer");
    send("b", "no room");
    const reasons = new Map<string | undefined, unknown>();
    for (let left = 3; left > 0; left -= 1) {
      const message = (await flow.next("door3")) as NodeMessageInFlow & {
        skipped: { reason: string };
      };
      reasons.set(message.topic, message.skipped.reason);
      assert.equal(message.payload, image);
    }
    assert.deepEqual(
      reasons,
      new Map([
        ["older", "superseded"],
        ["no room", "queue-full"],
        ["newer", "expired"],
      ]),
    );
    release();
    assert.equal((await flow.next("door1")).topic, "running");
    const { counts } = await flow.statusWith("hammer 9");
    const { in: came, class: sure, skipped, failed, waiting, review } = counts;
    assert.deepEqual([came, sure, skipped, failed, waiting, review], [4, 1, 3, 0, 0, 0]);
  });
});
