import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import type { Denial } from "../../lib/match/denial/denial";
import { readDenials } from "../../lib/match/denial/read-denials";
import { findNamesInText } from "../../lib/match/find-name-in-text";
import { foldName } from "../../lib/vocabulary/fold-name";

const FOLDER = path.join(__dirname, "../fixtures/denials");

/** One sentence a line, with names that are [denied] and names that {stand}. */
function readSentences(language: string): string[] {
  return readFileSync(path.join(FOLDER, `${language}.txt`), "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"));
}

for (const language of ["english", "japanese"]) {
  describe(`names that sentences deny (${language})`, () => {
    for (const line of readSentences(language)) {
      it(line, () => {
        const expected: Record<string, boolean> = {};
        for (const [, denied, stands] of line.matchAll(/\[([^\]]+)\]|\{([^}]+)\}/g)) {
          expected[foldName(denied ?? stands ?? "")] = denied !== undefined;
        }
        const found = findNamesInText(line.replace(/[[\]{}]/g, ""), (fold) =>
          Object.hasOwn(expected, fold),
        );
        assert.deepEqual(
          Object.fromEntries(found.map(({ fold, denied }) => [fold, denied])),
          expected,
        );
      });
    }
  });
}

const KINDS: readonly (readonly [string, string, Denial | null])[] = [
  ["A man without a helmet", "helmet", "absent"],
  ["The helmet is missing.", "helmet", "absent"],
  ["This is not a helmet.", "helmet", "unsaid"],
  ["He should wear a helmet.", "helmet", "unsaid"],
  ["If no helmet is worn", "helmet", "unsaid"],
  ["Ensure that no helmet is missing.", "helmet", "unsaid"],
  ["A man with a helmet", "helmet", null],
  ["ヘルメットはありません。", "ヘルメット", "absent"],
  ["これはヘルメットではありません。", "ヘルメット", "unsaid"],
  ["ヘルメットを着用すべきです。", "ヘルメット", "unsaid"],
  ["ヘルメットがないか確認する。", "ヘルメット", "unsaid"],
  ["ヘルメットがあります。", "ヘルメット", null],
];

describe("what kind of denial a name stands in", () => {
  for (const [text, name, expected] of KINDS) {
    it(`is ${expected ?? "none"} in “${text}”`, () => {
      const start = text.indexOf(name);
      assert.equal(readDenials(text)(start, start + name.length), expected);
    });
  }
});

describe("a class that stands for an absence", () => {
  const names = [
    ...["helmet", "no helmet", "ヘルメット", "ヘルメットなし", "手袋", "手袋未着用"],
    ...["crack", "crack-free", "no label", "label"],
  ].map(foldName);
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["No helmet is worn.", ["no helmet"], ["helmet"]],
    ["The worker is not wearing any helmet.", ["no helmet"], ["helmet"]],
    ["A worker without a helmet", ["no helmet"], ["helmet"]],
    ["The helmet is missing.", ["no helmet"], ["helmet"]],
    ["The surface shows no cracks.", ["crack-free"], ["crack"]],
    ["A bottle without its label", ["no label"], ["label"]],
    ["A helmet", ["helmet"], []],
    // Not said to be absent: another thing, a duty, a condition.
    ["This is not a helmet.", [], ["helmet"]],
    ["A helmet should be worn.", [], ["helmet"]],
    ["Report if a helmet is missing.", [], ["helmet"]],
    ["If no helmet is worn, stop.", [], ["no helmet", "helmet"]],
    ["ヘルメットなしの作業者", ["ヘルメットなし"], ["ヘルメット"]],
    ["ヘルメットをかぶっていません。", ["ヘルメットなし"], ["ヘルメット"]],
    ["手袋を着用していない。", ["手袋未着用"], ["手袋"]],
    ["手袋未着用", ["手袋未着用"], ["手袋"]],
    ["ヘルメットを着用すべきです。", [], ["ヘルメット"]],
    ["ヘルメットがあります。", ["ヘルメット"], []],
  ];
  for (const [text, stand, denied] of rows) {
    it(`is ${stand.join(", ") || "none"} in “${text}”`, () => {
      const found = findNamesInText(text, (fold) => names.includes(fold));
      const pick = (isDenied: boolean): string[] =>
        found.filter((name) => name.denied === isDenied).map(({ fold }) => fold);
      assert.deepEqual(
        [pick(false), pick(true)],
        [stand.map((name) => foldName(name)), denied.map((name) => foldName(name))],
      );
    });
  }

  it("is found where the vocabulary has no class for the thing itself", () => {
    const found = findNamesInText("A worker without a helmet", (fold) => fold === "no helmet");
    assert.deepEqual(found, [{ fold: "no helmet", denied: false }]);
  });
});

describe("texts that are made to be slow", () => {
  const pieces = [
    ..."not |no |, |helmet |helmet, |and |is not |a |without a helmet or |(|?|not only |- |".split(
      "|",
    ),
    ..."check one two three for |took one two three |none of the |that |helmet which ".split("|"),
    ..."ヘルメット|ヘルメットと|ヘルメットは|ヘルメットを、|ない|ていま|もし|か|の|も|あああ|、|漢字|ヘルメットも".split(
      "|",
    ),
  ].filter(Boolean);
  it("are read in bounded time", () => {
    const started = performance.now();
    for (const piece of pieces) {
      findNamesInText(`helmet ${piece.repeat(20_000)}`, () => true);
      // A single sentence beyond the length that descriptions are cut at.
      const text = piece.repeat(Math.ceil(20_000 / piece.length));
      const denialAt = readDenials(text);
      for (let at = 0; at < 100; at++) denialAt(at * 100, at * 100 + 6);
    }
    assert.ok(performance.now() - started < 10_000);
  });
});
