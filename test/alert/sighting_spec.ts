import assert from "node:assert/strict";

import { readSightings } from "../../lib/alert/sighting";
import { START } from "../helpers/fake-clock";
import { RULES } from "./workbench";

const RESULT = {
  id: "d1",
  outcome: "class",
  class: "forklift",
  label: "フォークリフト",
  alert: "critical",
  confidence: 0.8,
  explanation: "「forklift」→別名一致→フォークリフト。",
};

describe("alerts: what a message tells", () => {
  const read = (payload: unknown, more: object = {}, rules = RULES) =>
    readSightings({ payload, skipped: undefined, error: undefined, ...more }, rules, START);

  it("reads a class with its level, confidence and language", () => {
    assert.deepEqual(read(RESULT), [
      {
        time: START,
        decision: "d1",
        language: "ja",
        found: {
          class: "forklift",
          label: "フォークリフト",
          level: "critical",
          confidence: 0.8,
        },
      },
    ]);
  });

  it("reads a list of results as frames in their order", () => {
    const found = read([RESULT, { ...RESULT, id: "d2", outcome: "unknown", class: null }]);
    assert.deepEqual(
      found.map(({ decision, found }) => [decision, found?.class]),
      [
        ["d1", "forklift"],
        ["d2", undefined],
      ],
    );
  });

  it("does not know what was skipped, has failed, is ambiguous or unknown", () => {
    const unknown = { ...RESULT, outcome: "unknown", class: null, label: null };
    for (const [payload, more] of [
      [Buffer.from("image"), { skipped: { reason: "unchanged" } }],
      [Buffer.from("image"), { error: { message: "LMM unreachable" } }],
      [unknown, {}],
      [{ ...unknown, outcome: "ambiguous" }, {}],
    ] as const) {
      assert.deepEqual(
        read(payload, more).map(({ found }) => found),
        [undefined],
      );
    }
    const gone = { ...RULES, unknownIsGone: true };
    assert.equal(read(unknown, {}, gone)[0]?.found, null);
    assert.equal(read({ ...unknown, outcome: "ambiguous" }, {}, gone)[0]?.found, undefined);
  });

  it("does not know what is less sure than it must be, nor what does not tell", () => {
    const strict = { ...RULES, minConfidence: 0.8 };
    const isKnown = (confidence: unknown): boolean =>
      read({ ...RESULT, confidence }, {}, strict)[0]?.found !== undefined;
    assert.deepEqual([0.8, 1, 0.79, null, "1", NaN, 2].map(isKnown), [
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    assert.notEqual(read({ ...RESULT, confidence: null })[0]?.found, undefined);
  });

  it("tells the vocabulary's language by the label, else by the sentence without its quotes", () => {
    const languageOf = (label: string | null, explanation: string) =>
      read({ ...RESULT, label, explanation })[0]?.language;
    assert.equal(languageOf("ねじ", "anything"), "ja");
    assert.equal(languageOf("OK", "「ok」→別名一致→OK（次点 NG との差 0.20）。"), "ja");
    assert.equal(languageOf("screw", "“ねじ” is closest to screw by “wood screw”."), "en-US");
    assert.equal(languageOf("screw", ""), "en-US");
    assert.equal(languageOf(null, ""), null);
  });

  it("refuses what is no result, and bounds what is one", () => {
    const odd = [undefined, null, "text", 7, Buffer.from("image"), {}, [], [RESULT, "text"]];
    for (const payload of [...odd, { ...RESULT, class: null }, { ...RESULT, outcome: "maybe" }]) {
      assert.throws(() => read(payload), { code: "BAD_MESSAGE" });
    }
    assert.throws(() => read(Array.from({ length: 101 }, () => RESULT)), { code: "BAD_MESSAGE" });
    const [long] = read({ ...RESULT, class: "x".repeat(10_000), alert: "loud" });
    assert.deepEqual([long?.found?.class.length, long?.found?.level], [200, "none"]);
  });
});
