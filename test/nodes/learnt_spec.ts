import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import { calibrate, type Calibration } from "../../lib/confidence/calibration";
import { CalibrationStore } from "../../lib/confidence/calibration-store";
import { KNOBS } from "../../lib/confidence/knob";
import type { Result } from "../../lib/tlac/result";
import clipMatch from "../../nodes/clip-match";
import tlac from "../../nodes/tlac";
import { startFlow, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { removeFolder } from "../helpers/remove-folder";

const PHOTOS = path.join(__dirname, "../../examples/photos");
const photo = (name: string): Buffer => readFileSync(path.join(PHOTOS, `${name}.jpg`));

describe("what a person has taught a node's vocabulary", () => {
  let userDir: string;
  let folder: string;
  let flow: Flow;

  beforeEach(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "learnt-"));
    folder = path.join(userDir, "tlac", "vocabularies", "n");
  });
  afterEach(async () => {
    await flow.close();
    await removeFolder(userDir);
  });

  const start = async (type: "tlac" | "clip-match", classes: string): Promise<void> => {
    const node = { ...dragNode(type), classes, ...(type === "tlac" ? { mode: "clip" } : {}) };
    flow = await startFlow([tlac, clipMatch], node, [], { userDir });
  };
  const judge = async (name: string, door: string): Promise<Result> => {
    flow.send("n", { payload: photo(name) });
    return (await flow.next(door)).payload as Result;
  };

  for (const type of ["tlac", "clip-match"] as const) {
    it(`are examples: names that say nothing, and pictures that say it all, in ${type}`, async () => {
      for (const [id, name] of [
        ["b7", "giant-panda"],
        ["k2", "espresso"],
      ] as const) {
        await mkdir(path.join(folder, "examples", id), { recursive: true });
        await writeFile(path.join(folder, "examples", id, "1.jpg"), photo(name));
      }
      await start(type, "b7, k2");
      const result = await judge("giant-panda", "door1");
      assert.equal(result.class, "b7");
      assert.ok((result.ranking[0]?.examples ?? 0) > 0.99);
      assert.match(result.explanation, /examples/);
    });
  }

  it("are calibrations: what they demand holds, and the guarantee tells of them", async () => {
    await CalibrationStore.open(folder).write(await demanding(userDir));
    await start("tlac", "espresso, dog");
    const result = await judge("espresso", "door2");
    assert.equal(result.outcome, "unknown");
    assert.match(result.guarantee, /1 wrong in 50 judged pictures, proven/);
    // Classes that a message brings are others than those that were measured.
    flow.send("n", { payload: photo("espresso"), vocabulary: "espresso, dog" });
    const brought = (await flow.next("door1")).payload as Result;
    assert.match(brought.guarantee, /about 149 more/);
  });

  it("are no calibrations of another model", async () => {
    const { key, ...rest } = await demanding(userDir);
    await CalibrationStore.open(folder).write({ ...rest, key: { ...key, embedder: "another" } });
    await start("tlac", "espresso, dog");
    assert.equal((await judge("espresso", "door1")).class, "espresso");
  });
});

/** A calibration of the starter after which nothing is sure enough. */
async function demanding(cacheDir: string): Promise<Calibration> {
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  const { digest: embedder } = (await lease.value).info;
  await lease.release();
  const sample = { voices: "labels", values: {}, right: true };
  const key = { embedder, lmm: "", mode: "clip" };
  const source = { key, vocabulary: "v", strangers: 0, date: new Date("2026-01-01") };
  const calibration = calibrate(Array(200).fill(sample), source);
  assert.ok(calibration);
  const never = Object.fromEntries(KNOBS.map((knob) => [String(knob), 1.01]));
  const models = Object.entries(calibration.models).map(
    ([voices, model]) => [voices, { ...model, thresholds: never }] as const,
  );
  return { ...calibration, models: Object.fromEntries(models) };
}
