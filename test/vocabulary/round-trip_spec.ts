import assert from "node:assert/strict";

import { formatRow, formatVocabularyCsv } from "../../lib/vocabulary/format-vocabulary";
import { joinNames, quoteName, splitNames } from "../../lib/vocabulary/names-in-text";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import type { Vocabulary } from "../../lib/vocabulary/vocabulary";

/** Pieces that odd names are made of; each separates, quotes or computes somewhere. */
const PIECES = [
  ...[",", ";", "|", "\t", "\n", "\r\n", "=", "+", "-", "@", "#", "'", '"', '""', " ", "\ufeff"],
  ...["、", "，", "；", "｜", "＝", "“", "”", "„", "«", "»", "\\", "/", "${x}", "{name}", "{{a}}"],
  ...["[", "]", "{", "}", "<b>", "&amp;", "%", "sep=;", "label", "id", "=1+1", "0,7", "1/4", "M8"],
  ...[
    "hex bolt",
    "zinc",
    "ねじ",
    "ﾈｼﾞ",
    "螺絲",
    "나사",
    "🔩",
    "👩🏽‍🔧",
    "برغي",
    "בורג",
    "\u202e",
    "é",
    "e\u0301",
  ],
];

/** Park and Miller's generator: the same names on every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => (state = (state * 48_271) % 2_147_483_647) % sides;
}

function oddVocabulary(seed: number): Vocabulary {
  const roll = dice(seed);
  const name = (): string =>
    Array.from({ length: 1 + roll(4) }, () => PIECES[roll(PIECES.length)] ?? "").join("");
  const names = (): string[] => Array.from({ length: roll(4) }, name);
  const inputs = Array.from({ length: 1 + roll(5) }, (_, number) => ({
    label: `${name()}${name().trim() ? "" : "x"}` || "x",
    aliases: names(),
    not: names(),
    ...(roll(3) ? {} : { threshold: roll(100) / 100 - 0.5 }),
    ...(roll(3) ? {} : { alert: "warning" as const }),
    ...(roll(5) ? {} : { template: `${name()} {name} ${name()}` }),
    ...(roll(4) ? {} : { id: `${name()}${String(number)}` }),
  }));
  // A label of white space alone is none.
  return parseVocabulary(inputs.map((input) => ({ ...input, label: input.label.trim() || "x" })));
}

const list = ({ classes }: Vocabulary): string =>
  classes
    .map(({ label, aliases }) => [quoteName(label), joinNames(aliases)].filter(Boolean).join(" = "))
    .join("\n");

/** What a plain list can say. */
const names = ({ classes }: Vocabulary): unknown =>
  classes.map(({ label, aliases }) => ({ label, aliases }));

describe("odd names come back as they were", () => {
  const rounds = Array.from({ length: 120 }, (_, number) => oddVocabulary(number + 1));

  it("from CSV", () => {
    for (const vocabulary of rounds) {
      const csv = formatVocabularyCsv(vocabulary);
      assert.deepEqual(parseVocabulary(csv), vocabulary, csv);
      assert.deepEqual(parseVocabulary(`\ufeff${csv}`), vocabulary, "with the mark of UTF-8");
    }
  });

  it("from JSON", () => {
    for (const vocabulary of rounds) {
      assert.deepEqual(parseVocabulary(JSON.stringify(vocabulary)), vocabulary);
      assert.deepEqual(parseVocabulary(vocabulary), vocabulary);
    }
  });

  it("from the rows of a table", () => {
    for (const vocabulary of rounds) {
      const rows = vocabulary.classes.map(formatRow);
      assert.deepEqual(parseVocabulary(rows), vocabulary, JSON.stringify(rows));
      assert.deepEqual(parseVocabulary(JSON.stringify(rows)), vocabulary);
    }
  });

  it("from a plain list", () => {
    for (const vocabulary of rounds) {
      // A list that begins with the word “label” has a heading.
      const text = `first\n${list(vocabulary)}`;
      const [, ...classes] = parseVocabulary(text).classes;
      assert.deepEqual(names({ ...vocabulary, classes }), names(vocabulary), text);
    }
  });

  it("from a cell, whatever stands in it", () => {
    for (const { classes } of rounds) {
      for (const { aliases } of classes) assert.deepEqual(splitNames(joinNames(aliases)), aliases);
    }
    assert.deepEqual(splitNames(""), []);
  });

  it("and an alias with a semicolon stays one", () => {
    const vocabulary = parseVocabulary([{ label: "bolt", aliases: ["hex bolt; zinc"] }]);
    const [only] = parseVocabulary(formatVocabularyCsv(vocabulary)).classes;
    assert.deepEqual(only?.aliases, ["hex bolt; zinc"]);
  });

  it("and no cell of the CSV computes in a spreadsheet", () => {
    const labels = ["=1+1", "+5V", "-5V", "@x", "'=1", "＝1+1", "－5V", "=cmd|' /C calc'!A0"];
    const csv = formatVocabularyCsv(parseVocabulary(labels));
    assert.doesNotMatch(csv, /(?:^|[,\n"])\s*[=+\-@＝＋－＠]/);
    assert.deepEqual(
      parseVocabulary(csv).classes.map(({ label }) => label),
      labels,
    );
  });
});
