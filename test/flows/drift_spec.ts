import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import helper from "node-red-node-test-helper";

import { DecisionRecord } from "../../lib/record/record";
import clipMatch from "../../nodes/clip-match";
import { readMetrics } from "../../nodes/runtime/metrics/sources";
import { startFlow, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { removeFolder } from "../helpers/remove-folder";
import { decide } from "../record/decisions";

const DAY = 86_400_000;

describe("a node whose decisions drift", () => {
  let flow: Flow;
  let userDir: string;

  beforeEach(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "tlac-drift-"));
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    for (let day = 1; day < 25; day++) {
      const time = new Date(Date.now() - day * DAY).toISOString();
      for (let at = 0; at < 20; at++) {
        const outcome = at < (day < 8 ? 15 : 3) ? "unknown" : "class";
        void record.append({ ...decide({ time, outcome }), node: "n" });
      }
    }
    await record.close();
  });
  afterEach(async () => {
    await flow.close();
    await removeFolder(userDir);
  });

  const start = async (): Promise<void> => {
    const node = { ...dragNode("clip-match"), classes: "rocket, espresso" };
    flow = await startFlow([clipMatch], node, [], { userDir });
    await flow.statusWith("decisions drift");
  };
  const warnings = (): string[] => {
    const { args, WARN } = helper.log();
    return args.flatMap(([{ level, id, msg }]) =>
      level === WARN && id === "n" ? [String(msg)] : [],
    );
  };

  it("turns yellow and warns once, however often it is deployed", async () => {
    await start();
    assert.match(warnings().join("\n"), /^Camera line 1: .* 75\.0 % .* 15\.0 %/);
    const families = readMetrics().filter(({ name }) => name === "tlac_record_drift");
    assert.deepEqual(
      families.flatMap(({ samples }) => samples),
      [{ labels: { kind: "review", node: "n", camera: "line 1" }, value: 1 }],
    );
    const photo = path.join(__dirname, "../../examples/photos/rocket.jpg");
    flow.send("n", { payload: await readFile(photo) });
    await flow.next("door1");
    assert.equal((await flow.statusWith("rocket")).fill, "yellow");
    await flow.close();
    await start();
    assert.deepEqual(warnings(), []);
  });
});
