import assert from "node:assert/strict";

import { translate, type MessageKey, type MessageParams } from "../../lib/i18n/catalogue";

describe("sentences of the engine", () => {
  const ENGLISH: [MessageKey, MessageParams, string][] = [
    ["evaluation.unlabelled", { count: 1 }, "1 picture without a label"],
    ["evaluation.unlabelled", { count: 2 }, "2 pictures without a label"],
    ["evaluation.unlabelled", { count: 0 }, "0 pictures without a label"],
    ["vocabulary.note-titles", { rows: 1 }, "1 row above the headings was left out."],
    ["vocabulary.note-titles", { rows: 3 }, "3 rows above the headings were left out."],
    [
      "evaluation.strangers",
      { count: 1, labels: "washer" },
      "1 photo is of none of the classes: washer. If it is of one, name its folder like the class, or add the name as an alias.",
    ],
  ];
  for (const [key, params, said] of ENGLISH) {
    it(`count in English: ${said}`, () => {
      assert.equal(translate(key, params), said);
    });
  }

  const JAPANESE: [MessageKey, MessageParams, string][] = [
    ["learn.example", { label: "rocket" }, "この画像は、今後 rocket の見本として使います。"],
    ["learn.example", { label: "ネジ" }, "この画像は、今後ネジの見本として使います。"],
    ["learn.example", { label: "ネジ M6" }, "この画像は、今後ネジ M6 の見本として使います。"],
    [
      "learn.alias",
      { name: "bolt", label: "bolt" },
      "「bolt」を、今後 bolt の名前として扱います。",
    ],
    [
      "tlac.voices-one",
      { witnesses: { key: "tlac.witness-words" } },
      `証言は${translate("tlac.witness-words", {}, "ja")}だけです。`,
    ],
  ];
  for (const [key, params, said] of JAPANESE) {
    it(`set scripts apart in Japanese: ${said}`, () => {
      assert.equal(translate(key, params, "ja"), said);
    });
  }

  it("insert what is like a place, or a pattern, as it is", () => {
    const params = { label: "{{label}} $& $1" };
    assert.ok(translate("learn.example", params).includes("{{label}} $& $1"));
  });
});
