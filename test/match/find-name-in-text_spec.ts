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
        findNamesInText(text, (fold) => names.has(fold))
          .filter(({ denied }) => !denied)
          .map(({ fold }) => fold),
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
