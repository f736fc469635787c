import assert from "node:assert/strict";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { calibrate, type Calibration } from "../../lib/confidence/calibration";
import { CalibrationStore, findCalibration } from "../../lib/confidence/calibration-store";
import { readCalibration } from "../../lib/confidence/read-calibration";
import { removeFolder } from "../helpers/remove-folder";

const KEY = { embedder: "e", lmm: "llava", mode: "slac" };

function make(more: Partial<typeof KEY> = {}, day = "2026-01-01"): Calibration {
  const sample = { voices: "words", values: { "words.odds": 2 }, right: true };
  const source = { key: { ...KEY, ...more }, vocabulary: "v", strangers: 3, date: new Date(day) };
  const calibration = calibrate(Array(20).fill(sample), source);
  assert.ok(calibration);
  return calibration;
}

describe("calibrations of a vocabulary", () => {
  let folder: string;
  let store: CalibrationStore;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "calibrations-"));
    store = CalibrationStore.open(path.join(folder, "screws"));
  });
  afterEach(() => removeFolder(folder));

  it("are none where nothing was written", async () => {
    assert.deepEqual(await store.read(), []);
  });

  it("are kept by models and mode, the newest of each", async () => {
    await store.write(make());
    await store.write(make({ mode: "clip", lmm: "" }));
    await store.write(make({}, "2026-02-02"));
    const all = await store.read();
    assert.equal(all.length, 2);
    assert.equal(findCalibration(all, KEY)?.date, "2026-02-02T00:00:00.000Z");
    assert.equal(findCalibration(all, { ...KEY, embedder: "other" }), undefined);
    assert.equal(findCalibration(all, { ...KEY, lmm: "moondream" }), undefined);
  });

  it("come and go with their files, also by another process's hand", async () => {
    const other = CalibrationStore.open(path.join(folder, "screws"));
    assert.equal((await store.read()).length, 0);
    await other.write(make());
    assert.equal((await store.read()).length, 1);
    const [name = ""] = await readdir(path.join(folder, "screws"));
    assert.match(name, /^slac-[0-9a-f]{12}\.calibration\.json$/);
    await removeFolder(path.join(folder, "screws"));
    assert.equal((await store.read()).length, 0);
  });

  it("are not what somebody broke", async () => {
    await store.write(make());
    await writeFile(path.join(folder, "screws", "clip-000000000000.calibration.json"), "{");
    await writeFile(path.join(folder, "screws", "notes.json"), "{}");
    assert.equal((await store.read()).length, 1);
  });
});

describe("the file of a calibration", () => {
  const whole = make();
  const words = whole.models.words!;

  it("is read as it was written", () => {
    assert.deepEqual(readCalibration(JSON.stringify(whole)), whole);
  });

  const broken: readonly [string, unknown][] = [
    ["no JSON", undefined],
    ["a list", []],
    ["another version", { ...whole, version: 2 }],
    ["no key", { ...whole, key: { embedder: "e" } }],
    ["a model without its intercept", { ...whole, models: { words: { ...words, weights: [] } } }],
    ["a number that is none", { ...whole, proven: { "50": "0.9" } }],
    ["a threshold that is none", { ...whole, models: { words: { ...words, thresholds: null } } }],
    ["a count below none", { ...whole, photos: -1 }],
  ];
  for (const [what, value] of broken) {
    it(`is none with ${what}`, () => {
      assert.equal(readCalibration(value === undefined ? "{" : JSON.stringify(value)), null);
    });
  }
});
