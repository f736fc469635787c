import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import sharp from "sharp";

import type { TestFacts, TestStep, TestStepName } from "../../nodes/admin/step-log";
import tlac from "../../nodes/tlac";
import { promptOf } from "../flows/scripted-lmm";
import { dragNode } from "../helpers/flow-nodes";
import { createSeeingBrain } from "../helpers/seeing-brain";
import type { JournalEntry } from "../ollama-double/journal";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { startAdmin, type AdminServer } from "./admin-server";

const espresso = readFileSync(path.join(__dirname, "../../examples/photos/espresso.jpg"));
const toUrl = (jpeg: Buffer): string => `data:image/jpeg;base64,${jpeg.toString("base64")}`;
const CLASSES = "espresso = coffee\nhammer\nscrewdriver";

describe("test of a photo before the deploy", function () {
  this.timeout(60_000);
  let double: OllamaDouble;
  let admin: AdminServer;

  before(async () => {
    double = await startOllamaDouble({
      brain: createSeeingBrain(),
      models: [{ name: "llava:7b" }],
    });
    admin = await startAdmin(tlac, []);
  });
  after(async () => {
    await admin.close();
    await double.close();
  });

  const ask = (more: object = {}, settings: object = {}) => ({
    settings: { ...dragNode("tlac"), ...settings },
    classes: CLASSES,
    template: "",
    server: null,
    model: null,
    image: toUrl(espresso),
    ...more,
  });
  const ollama = () => ({ ...dragNode("lmm-server"), host: double.url });
  const run = async (body: object, language = "en-US"): Promise<readonly TestStep[]> => {
    const { job } = (await admin.post(`tlac/test?lang=${language}`, body)).body;
    const view = await admin.follow("tlac", job);
    assert.equal(view.state, "done");
    return view.progress as TestStep[];
  };
  const names = (steps: readonly TestStep[]) => steps.map(({ step, state }) => `${step} ${state}`);
  const factsOf = <N extends TestStepName>(steps: readonly TestStep[], name: N): TestFacts[N] => {
    const step = steps.find(({ step: found }) => found === name);
    assert.ok(step?.state === "done", name);
    assert.ok(step.ms >= 0);
    return step.facts as TestFacts[N];
  };

  it("shows photo, words, match and decision of the built-in recogniser", async () => {
    const steps = await run(ask());
    assert.deepEqual(names(steps), [
      "settings done",
      "frame done",
      "see done",
      "look done",
      "match done",
      "decision done",
    ]);
    assert.equal(factsOf(steps, "settings").classes, 3);
    assert.equal(factsOf(steps, "look").candidates[0]?.name, "espresso");
    assert.equal(factsOf(steps, "match").ranking[0]?.label, "espresso");
    const { outcome, label, output, mode } = factsOf(steps, "decision");
    assert.deepEqual([outcome, label, output, mode], ["class", "espresso", 1, "slac"]);
  });

  it("asks the server, the question and the mode that stand in the dialog", async () => {
    const question = { domain: "general", prompt: "What lies on line {{camera}}7?" };
    // The image would contradict what the script says.
    const settings = { mode: "tlac", ...question, sight: false };
    const steps = await run(ask({ server: ollama() }, settings));
    assert.deepEqual(names(steps).slice(2), [
      "look done",
      "match done",
      "ask done",
      "decision done",
    ]);
    assert.match(factsOf(steps, "ask").question, /espresso/);
    assert.equal(factsOf(steps, "look").candidates[0]?.name, "hammer");
    assert.match(factsOf(steps, "look").raw, /hammer/);
    assert.equal(factsOf(steps, "decision").label, "hammer");
    const asked = double.journal.of("/api/chat").map(({ body }) => JSON.stringify(body));
    assert.ok(asked.some((body) => body.includes("What lies on line 7?")));
  });

  it("shows a question that fails, and what is decided without its answer", async () => {
    // Not the call that only loads the model.
    const when = (entry: JournalEntry): boolean =>
      entry.images.length === 0 && promptOf(entry) !== undefined;
    const left = { on: "/api/chat", times: 20, when };
    double.fault({ kind: "empty-content" }, left);
    const classes = "zebra\nviolin";
    const steps = await run(ask({ server: ollama(), classes }, { mode: "slac", sight: false }));
    double.clearFaults();
    assert.deepEqual(names(steps).slice(2), [
      "look done",
      "match done",
      "ask failed",
      "decision done",
    ]);
    const failed = steps.find(({ state }) => state === "failed");
    assert.ok(failed?.state === "failed" && failed.error.code === "LMM_BAD_ANSWER");
    assert.match(factsOf(steps, "decision").explanation, /failed \(LMM_BAD_ANSWER\)/);
  });

  it("takes the region, the rules and the thresholds of the dialog", async () => {
    const half = { roiLeft: "0", roiTop: "0", roiWidth: "50", roiHeight: "50" };
    const whole = factsOf(await run(ask()), "frame");
    const steps = await run(ask({}, { ...half, threshold: "1" }));
    const part = factsOf(steps, "frame");
    assert.ok(Math.abs(part.width - whole.width / 2) <= 1, `${part.width} of ${whole.width}`);

    const rule = { test: "words", value: "espresso", action: "unknown", replacement: "" };
    const ruled = await run(ask({}, { filters: [rule] }));
    assert.equal(factsOf(ruled, "rules").forcedUnknown, true);
    assert.equal(factsOf(ruled, "decision").output, 2);
  });

  it("takes the knob of the dialog, else the vocabulary's", async () => {
    const own = factsOf(await run(ask({ accept: "200" }, { accept: "20" })), "decision");
    const shared = factsOf(await run(ask({ accept: "200" })), "decision");
    assert.deepEqual([own.accept, shared.accept], [20, 200]);
    assert.ok(own.confidence > 0.9);
  });

  it("compares the image itself in mode clip, and asks nobody", async () => {
    const before = double.journal.entries.length;
    const steps = await run(ask({ server: ollama() }, { mode: "clip" }));
    assert.deepEqual(names(steps).slice(2), ["see done", "match done", "decision done"]);
    assert.equal(double.journal.entries.length, before);
  });

  it("asks no LMM where the image alone is sure enough", async () => {
    const before = double.journal.entries.length;
    const steps = await run(ask({ server: ollama() }));
    assert.deepEqual(names(steps).slice(2), ["see done", "match done", "decision done"]);
    assert.match(factsOf(steps, "decision").explanation, /was not asked/);
    assert.equal(double.journal.entries.length, before);
  });

  const failures: [string, TestStepName, RegExp, () => object][] = [
    ["no classes", "settings", /no classes|has none/, () => ask({ classes: " " })],
    ["a wrong number", "settings", /“Least lead” must be/, () => ask({}, { margin: "9" })],
    [
      "a model that is not there",
      "settings",
      /./,
      () => ask({ model: { ...dragNode("clip-model"), kind: "folder", folder: "/nowhere" } }),
    ],
    ["no image", "frame", /./, () => ask({ image: "data:image/png;base64,AAAA" })],
    ["a path instead of a photo", "frame", /./, () => ask({ image: "/etc/passwd" })],
    [
      "a missing LMM",
      "look",
      /moondream/,
      () => ask({ server: { ...ollama(), model: "moondream" } }, { askAlways: true }),
    ],
    ["a mode that does not fit", "decision", /tlac/, () => ask({}, { mode: "tlac" })],
  ];
  for (const [what, step, sentence, body] of failures) {
    it(`ends with the whole sentence at the step that fails: ${what}`, async () => {
      const last = (await run(body())).at(-1);
      assert.ok(last?.state === "failed", JSON.stringify(last));
      assert.equal(last.step, step);
      assert.match(last.error.message ?? "", sentence);
      const japanese = (await run(body(), "ja")).at(-1);
      assert.ok(japanese?.state === "failed");
      assert.match(japanese.error.message ?? "", /[\p{Script=Hiragana}]/u);
    });
  }

  it("runs one at a time, can be cancelled, and leaves the way free at once", async () => {
    const release = double.hold("first-token");
    const start = async (): Promise<{ status: number; job: unknown }> => {
      const { status, body } = await admin.post(
        "tlac/test",
        ask({ server: ollama() }, { askAlways: true }),
      );
      return { status, job: body.job };
    };
    const first = await start();
    await admin.follow("tlac", first.job, ({ progress }) => {
      const steps = (progress ?? []) as TestStep[];
      return steps.at(-1)?.step === "look";
    });
    assert.equal((await start()).status, 429);
    await admin.post(`tlac/jobs/${String(first.job)}/cancel`, {});
    const second = await start();
    assert.equal(second.status, 200);
    assert.equal((await admin.follow("tlac", first.job)).state, "cancelled");
    release();
    assert.equal((await admin.follow("tlac", second.job)).state, "done");
  });

  it("shows a large photo by the pixels that the models see", async () => {
    const large = await sharp(espresso).resize(3_000, 3_000, { fit: "fill" }).jpeg().toBuffer();
    const { width, height } = factsOf(await run(ask({ image: toUrl(large) })), "frame");
    assert.ok(Math.max(width, height) <= 2_048, `${width} × ${height}`);
  });
});
