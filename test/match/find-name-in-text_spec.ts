import assert from "node:assert/strict";

import { findNamesInText } from "../../lib/match/find-name-in-text";
import { foldName } from "../../lib/vocabulary/fold-name";

const NAMES = [
  "screw",
  "screwdriver",
  "drill",
  "drill bit",
  "fire hydrant",
  "O-ring",
  "M8 bolt",
  "C",
  "C++",
  "C#",
  "A-",
  "crack <1mm",
  "no helmet",
  "helmet",
];
const JAPANESE = ["ねじ", "ビス", "消火器", "六角ボルト", "ボルト", "フォークリフト"];

const ROWS: readonly (readonly [string, readonly string[]])[] = [
  ["", []],
  ["!!!", []],
  ["A corkscrew and an unscrewed lid.", []],
  ["Two screws.", ["screw"]],
  ["A screwdriver beside a screw.", ["screwdriver", "screw"]],
  ["A drill bit.", ["drill bit"]],
  ["A drill bit next to a drill.", ["drill bit", "drill"]],
  ["A red fire-hydrant, and Fire Hydrants.", ["fire hydrant"]],
  ["An o-ring on an M8 bolt", ["O-ring", "M8 bolt"]],
  ["壁に赤い消火器が掛かっています。", ["消火器"]],
  ["これはネジです", ["ねじ"]],
  ["サービスカウンター", []],
  ["六角ボルトが二本あります", ["六角ボルト"]],
  ["倉庫のフォークリフトとdrillがある", ["フォークリフト", "drill"]],
  ["Code in C++ and C#.", ["C++", "C#"]],
  ["Grade A-, not the best.", ["A-"]],
  ["A crack <1 mm wide", ["crack <1mm"]],
  ["No helmet is worn.", ["no helmet"]],
];

describe("names in a sentence", () => {
  const names = new Set([...NAMES, ...JAPANESE].map(foldName));
  for (const [text, expected] of ROWS) {
    it(`of “${text}” are ${expected.join(", ") || "none"}`, () => {
      assert.deepEqual(
        findNamesInText(text, (fold) => names.has(fold)).map(({ fold }) => fold),
        expected.map(foldName),
      );
    });
  }

  it("are not looked for beyond a bounded length", () => {
    const text = `${"word ".repeat(100_000)} screw`;
    assert.deepEqual(
      findNamesInText(text, (fold) => names.has(fold)),
      [],
    );
  });
});

const DENIED: readonly (readonly [string, boolean])[] = [
  ["A construction worker on a scaffold is not wearing a helmet.", true],
  ["A worker without a hard hat or helmet", true],
  ["The worker isn't wearing any helmet.", true],
  ["Nobody wears a helmet here", true],
  ["There is no safety vest, glove, or helmet.", true],
  ["The helmet is missing.", true],
  ["His helmet is not visible", true],
  ["A helmet-free zone", true],
  ["He has no cap but a helmet.", false],
  ["A worker with no gloves. He wears a helmet.", false],
  ["No gloves, a helmet and boots.", false],
  ["There is no doubt that this is a helmet.", false],
  ["Not only a vest but also a helmet", false],
  ["A worker wears a helmet.", false],
  ["A helmet without scratches", false],
  ["A helmet that is not new", false],
  ["No helmet on the table, but on his head is a helmet.", false],
  ["Ein Arbeiter ohne helmet", true],
  ["作業者はヘルメットをかぶっていません。", true],
  ["ヘルメットなしの作業者", true],
  ["ヘルメットを着用していない人", true],
  ["ヘルメットと手袋が見当たらない。", true],
  ["無ヘルメット", true],
  ["作業者はヘルメットをかぶっています。", false],
  ["ヘルメットだけでなく手袋もある", false],
  ["手袋がない。ヘルメットはある。", false],
  ["傷のないヘルメット", false],
];

describe("a name inside a denial", () => {
  const names = new Set(["helmet", "ヘルメット"].map(foldName));
  for (const [text, expected] of DENIED) {
    it(`${expected ? "is denied" : "is not denied"} in “${text}”`, () => {
      const [first] = findNamesInText(text, (fold) => names.has(fold));
      assert.equal(first?.denied, expected);
    });
  }
});
