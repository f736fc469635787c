import assert from "node:assert/strict";

import type { Suggestions } from "../../nodes/admin/suggestions";
import type { LintAnswer } from "../../nodes/admin/vocabulary";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { DictionaryBrain } from "../helpers/dictionary-brain";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { startAdmin, type AdminServer } from "./admin-server";

describe("English names that an LMM proposes", () => {
  let brain: DictionaryBrain;
  let double: OllamaDouble;
  let admin: AdminServer;

  before(async () => {
    brain = new DictionaryBrain({ ホニャ金具: ["foo bracket", "bracket"], 謎の物: ["gizmo"] });
    double = await startOllamaDouble({ brain });
    admin = await startAdmin(tlacVocabulary, []);
  });
  after(async () => {
    await admin.close();
    await double.close();
  });

  const ask = (body: object) =>
    admin.post("tlac-vocabulary/suggest", { host: double.url, model: "llava:7b", ...body });
  const lint = async (classes: object[], proposals?: object): Promise<LintAnswer> =>
    (await admin.post("vocabulary/lint", { classes, proposals })).body as unknown as LintAnswer;

  it("come from one question about all labels", async () => {
    const { job } = (await ask({ labels: ["ホニャ金具", "謎の物", "不明"] })).body;
    const { state, progress } = await admin.follow("tlac-vocabulary", job);
    assert.equal(state, "done");
    assert.deepEqual(progress, {
      done: 3,
      total: 3,
      names: { ホニャ金具: ["foo bracket", "bracket"], 謎の物: ["gizmo"] },
    } satisfies Suggestions);
    assert.equal(brain.asked, 1);
  });

  it("are offered beside the classes that need them, each and all at once", async () => {
    const classes = [
      { label: "ホニャ金具", aliases: "品番7" },
      { label: "ねじ" },
      { label: "謎の物" },
    ];
    const proposals = { ホニャ金具: ["foo bracket", "bracket"], 謎の物: ["gizmo"], ねじ: ["nut"] };
    const { findings, proposed } = await lint(classes, proposals);
    const firsts = findings
      .filter(({ kind }) => kind === "no-readable-name")
      .map(({ fixes }) => fixes[0]?.set);
    assert.deepEqual(firsts, [
      [{ row: 0, column: "aliases", value: "品番7 | foo bracket | bracket" }],
      [{ row: 2, column: "aliases", value: "gizmo" }],
    ]);
    // What the glossary knows is not asked, and not overwritten.
    assert.deepEqual(proposed?.set, firsts.flat());
  });

  it("are nothing where nobody has proposed any", async () => {
    const { proposed } = await lint([{ label: "謎の物" }]);
    assert.equal(proposed, null);
    const hostile = await lint([{ label: "謎の物" }], { 謎の物: [7, null, {}] });
    assert.equal(hostile.proposed, null);
  });

  it("end with the sentence of a server that does not answer", async () => {
    const { job } = (await ask({ host: "http://127.0.0.1:9", labels: ["謎の物"] })).body;
    const { state, error } = await admin.follow("tlac-vocabulary", job);
    assert.equal(state, "failed");
    assert.equal(error?.code, "LMM_UNREACHABLE");
  });

  it("can be called off", async () => {
    const release = double.hold("first-token");
    const { job } = (await ask({ labels: ["謎の物"] })).body;
    await admin.post(`tlac-vocabulary/jobs/${String(job)}/cancel`, {});
    assert.equal((await admin.follow("tlac-vocabulary", job)).state, "cancelled");
    release();
  });

  it("are refused for labels that are no texts", async () => {
    const { status, body } = await ask({ labels: "謎の物" });
    assert.deepEqual([status, body.code], [400, "BAD_MESSAGE"]);
  });
});
