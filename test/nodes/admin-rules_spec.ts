import assert from "node:assert/strict";

import helper from "node-red-node-test-helper";

import type { Complaint } from "../../nodes/admin/reply";
import type { RulesAnswer } from "../../nodes/admin/rules";
import lmmCandidates from "../../nodes/lmm-candidates";
import tlac from "../../nodes/tlac";
import { startFlow, type Flow } from "../helpers/flow";

describe("check of rules on the answer", () => {
  let flow: Flow;
  before(async () => {
    flow = await startFlow([tlac, lmmCandidates], { id: "n", type: "end" });
  });
  after(() => flow.close());

  const post = async (filters: unknown, lang = "en-US", type = "tlac") => {
    const { status, body: answer } = await helper
      .request()
      .post(`/tlac/${type}/rules?lang=${lang}`)
      .send({ filters });
    return { status, answer };
  };
  const regex = (value: string) => ({ test: "regex", value, action: "drop" });
  const words = (value: string) => ({ test: "words", value, action: "drop" });

  for (const type of ["tlac", "lmm-candidates"]) {
    it(`${type}: warns in the editor's language of a rule that can take very long`, async () => {
      const filters = [words("photo"), regex("rust(y|ed)?"), regex("^(\\w+\\s?)+$")];
      const english = (await post(filters, "en-US", type)).answer as RulesAnswer;
      assert.deepEqual(
        english.hints.map(({ position }) => position),
        [3],
      );
      assert.match(english.hints[0]?.message ?? "", /Rule 3 can take very long/);
      const japanese = (await post(filters, "ja", type)).answer as RulesAnswer;
      assert.match(japanese.hints[0]?.message ?? "", /ルール 3 は/);
    });
  }

  it("tells which rule cannot be used", async () => {
    const { hints } = (await post([words(" , "), regex("(")])).answer as RulesAnswer;
    assert.deepEqual(
      hints.map(({ position }) => position),
      [1, 2],
    );
  });

  it("refuses what is no list of rules", async () => {
    for (const filters of [
      undefined,
      "x",
      [5],
      [{ test: "regex", value: 5 }],
      new Array(101).fill({}),
    ]) {
      const { status, answer } = await post(filters);
      assert.equal(status, 400);
      assert.ok((answer as Complaint).message);
    }
  });
});
