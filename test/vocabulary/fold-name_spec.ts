import assert from "node:assert/strict";

import { foldName } from "../../lib/vocabulary/fold-name";

const SAME: readonly (readonly [string, string])[] = [
  ["screws", "screw"],
  ["Boxes", "box"],
  ["cases", "case"],
  ["buses", "bus"],
  ["lenses", "lens"],
  ["batteries", "battery"],
  ["cookies", "cookie"],
  ["valves", "valve"],
  ["knives", "knife"],
  ["fire hydrants", "Fire-Hydrant"],
  ["stop_sign", "stop sign"],
  ["the hammer", "hammer"],
  ["a screwdriver.", "screwdriver"],
  ["driver's seat", "drivers seat"],
  ["ＬＥＤ", "led"],
  ["ネジ", "ねじ"],
  ["モーター", "モータ"],
  ["ﾊﾝﾏｰ", "ハンマー"],
  ["ボール・ベアリング", "ボールベアリング"],
  ["ボール ベアリング", "ボールベアリング"],
  ["六角 ボルト", "六角ボルト"],
  ["部品 77", "部品77"],
  ["M8×20", "m8 x 20"],
  ["M8x20", "M８ｘ２０"],
  ["mice", "mouse"],
  ["geese", "goose"],
  ["potatoes", "potato"],
  ["shoes", "shoe"],
  ["workmen", "workman"],
  ["specimens", "specimen"],
  ["bookshelves", "bookshelf"],
  ["wives", "wife"],
  ["taxis", "taxi"],
  ["an O-ring", "o ring"],
  ["Oリング", "Ｏ-リング"],
  ["hex-bolt", "hex bolt"],
  ["Hex_Bolt", "hex bolt"],
  ["hex bolts", "Hex–Bolt"],
  ["Torx™ screw", "Torx screw"],
  ["Loctite®", "loctite"],
  ["crack < 1 mm", "crack <1mm"],
  ["crack <= 1mm", "crack ≤1 mm"],
  ["亀裂 ≦1mm", "亀裂≤１ｍｍ"],
  ["5 V", "5V"],
  ["A −", "Ａ －"],
  ["A−", "A-"],
  ["C ++", "c++"],
  ["○", "◯"],
  ["〇", "○"],
  ["×", "✕"],
  ["✔️", "✓"],
  ["○ 良品", "○良品"],
  ["Ø8", "⌀8"],
  ["φ8", "Φ8"],
  ["nuts / bolts", "nut/bolt"],
  ["nuts & bolts", "nut bolt"],
  ["- screw", "screw"],
  ["**screw**", "screw"],
  ["screw (M4)", "screw M4"],
  ["bolt\u200b", "bolt"],
  ["👍🏽", "👍"],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["glass", "glas"],
  ["ビール", "ビル"],
  ["nail", "snail"],
  ["screw", "screwdriver"],
  ["M8", "M10"],
  ["bolt 1.5", "bolt 15"],
  ["ねじ", "ねじ回し"],
  ["M8x20", "M82 0"],
  ["toe", "to"],
  ["box", "ox"],
  ["ハンマー", "ハマー"],
  ["crack <1mm", "crack >1mm"],
  ["crack <1mm", "crack 1mm"],
  ["crack <1mm", "crack ≤1mm"],
  ["A", "A-"],
  ["A", "A+"],
  ["A-", "A+"],
  ["A", "A*"],
  ["A-", "B-"],
  ["A grade", "A- grade"],
  ["C", "C++"],
  ["C", "C#"],
  ["C++", "C#"],
  ["○", "×"],
  ["○", "△"],
  ["△", "▲"],
  ["○", "◎"],
  ["+", "-"],
  ["+5V", "-5V"],
  ["5V", "-5V"],
  ["-5 °C", "5 °C"],
  ["±5", "+5"],
  ["良", "良-"],
  ["二〇", "二○"],
  ["🔩", "🔨"],
  ["$5", "€5"],
  ["50%", "50"],
  ["1/2", "12"],
  ["1½", "11/2"],
  ["10²", "102"],
  ["1-5", "15"],
  ["~5mm", "5mm"],
  ["→", "←"],
];

describe("folding of names", () => {
  for (const [a, b] of SAME) {
    it(`takes “${a}” and “${b}” for one name`, () => {
      assert.equal(foldName(a), foldName(b));
    });
  }
  for (const [a, b] of DIFFERENT) {
    it(`tells “${a}” and “${b}” apart`, () => {
      assert.notEqual(foldName(a), foldName(b));
    });
  }
  it("leaves nothing of marks alone", () => {
    for (const text of ["", "  ", "!!!", "—", "・"]) assert.equal(foldName(text), "", text);
  });

  it("folds a folded name to itself", () => {
    for (const name of [...SAME, ...DIFFERENT].flat()) {
      assert.equal(foldName(foldName(name)), foldName(name), name);
    }
  });
});
