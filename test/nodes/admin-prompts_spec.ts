import assert from "node:assert/strict";

import helper from "node-red-node-test-helper";

import type { PromptAnswer } from "../../nodes/admin/prompts";
import type { Complaint } from "../../nodes/admin/reply";
import lmmCandidates from "../../nodes/lmm-candidates";
import tlac from "../../nodes/tlac";
import { startFlow, type Flow } from "../helpers/flow";

describe("preview of a question", () => {
  let flow: Flow;
  before(async () => {
    flow = await startFlow([tlac, lmmCandidates], { id: "n", type: "end" });
  });
  after(() => flow.close());

  const post = async (body: object, type = "tlac", lang = "en-US") => {
    const { status, body: answer } = await helper
      .request()
      .post(`/tlac/${type}/prompt?lang=${lang}`)
      .send(body);
    return { status, answer };
  };
  const preview = async (body: object, type?: string): Promise<PromptAnswer> =>
    (await post(body, type)).answer as PromptAnswer;

  for (const type of ["tlac", "lmm-candidates"]) {
    it(`${type}: shows the question of a subject with a sample camera, and its template`, async () => {
      const { prompt, shipped, answer } = await preview({ domain: "surface-defects" }, type);
      assert.match(prompt, /Which defect does the surface show/);
      assert.match(prompt, /camera: camera-1/);
      assert.match(shipped, /\{\{> data\}\}/);
      assert.equal(answer, "names");
      assert.equal((await preview({ domain: "food", describe: true }, type)).answer, "json");
    });
  }

  it("tells which question is answered in plain words", async () => {
    assert.equal((await preview({ domain: "paper" })).answer, "text");
    assert.equal((await preview({ domain: "paper", prompt: "What is it?" })).answer, "names");
  });

  it("fills an own question with the dialog's classes and with each property it names", async () => {
    const { prompt, shipped } = await preview({
      domain: "general",
      prompt: "Line {{msg.line}}, order {{msg.order.id}}: one of {{classList}}?",
      classes: "screw = bolt\nnail",
    });
    assert.equal(prompt, "Line (msg.line), order (msg.order.id): one of screw, nail?");
    assert.match(shipped, /main object/);
  });

  it("hints in the editor's language at names that stay empty", async () => {
    assert.deepEqual((await preview({ prompt: "{{camera}} {{msg.topic}}" })).hints, []);
    const body = { prompt: "At {{topic}}: {{#vocabulary}}{{label}}{{/vocabulary}}" };
    const { hints } = await preview(body);
    assert.equal(hints.length, 2);
    assert.match(hints[0] ?? "", /“topic” is not known.*msg\.topic/);
    const japanese = (await post(body, "tlac", "ja")).answer as PromptAnswer;
    assert.match(japanese.hints[1] ?? "", /「label」.*msg\.label.*です/);
  });

  it("reaches no prototype and calls nothing", async () => {
    const { prompt } = await preview({
      prompt:
        "a{{#constructor.prototype}}{{vocabulary.push}}{{/constructor.prototype}}b{{msg.__proto__.x}}",
      classes: "screw",
    });
    assert.equal(prompt, "ab(msg.__proto__.x)");
    assert.equal(({} as { length?: unknown }).length, undefined);
  });

  it("shows what can be shown while the classes cannot be read", async () => {
    const { prompt } = await preview({ prompt: "[{{classList}}]", classes: '["screw"' });
    assert.equal(prompt, "[]");
  });

  it("says in the editor's language what is wrong with a question", async () => {
    const english = await post({ prompt: "{{#camera}} open" });
    assert.equal(english.status, 400);
    assert.equal((english.answer as Complaint).code, "BAD_CONFIG");
    const japanese = await post({ prompt: "{{#camera}} open" }, "tlac", "ja");
    assert.match((japanese.answer as Complaint).message ?? "", /\p{Script=Hiragana}/u);
    assert.equal((await post({ prompt: 5 })).status, 400);
    assert.equal((await post({ prompt: "x".repeat(9_000) })).status, 400);
  });
});
