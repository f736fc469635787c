import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import { findJsonError, type JsonError } from "../../lib/vocabulary/find-json-error";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";

describe("findJsonError", () => {
  const broken: [string, [line: number, column: number, found: string]][] = [
    ['["screw" "nail"]', [1, 10, '"nail"]']],
    ['[\n  "screw",\n  nail\n]', [3, 3, "nail"]],
    ['["screw",]', [1, 10, "]"]],
    ['[{"label": "screw",}]', [1, 20, "}]"]],
    ['[{label: "screw"}]', [1, 3, 'label: "screw"}]']],
    ["['screw']", [1, 2, "'screw']"]],
    ['[{"label" "screw"}]', [1, 11, '"screw"}]']],
    ['["screw"}', [1, 9, "}"]],
    ['["screw"] x', [1, 11, "x"]],
    ['["a", 01]', [1, 7, "01]"]],
    ['["a\\q"]', [1, 2, '"a\\q"]']],
    ['["screw\n"]', [1, 2, '"screw']],
    ['["this one goes on for ever and ever', [1, 2, '"this one goes on fo…']],
    ['["screw",\r\n', [2, 1, ""]],
    ['{"classes": [', [1, 14, ""]],
    ["[,]", [1, 2, ",]"]],
    ["{:1}", [1, 2, ":1}"]],
  ];
  for (const [text, [line, column, found]] of broken) {
    it(`finds line ${line}, column ${column} in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(findJsonError(text), { line, column, found } satisfies JsonError);
    });
  }

  const whole = [
    "[]",
    "{}",
    '["ねじ", "a\\u00e9\\n", -1.5e+3, 0, true, false, null]',
    ' {"classes":[{"label":"screw","aliases":[],"threshold":0.5}]}\n',
    '["\u007f\u0085"]',
    `["${"x".repeat(200_000)}"]`,
    "[".repeat(5_000) + "]".repeat(5_000),
  ];
  for (const text of whole) {
    it(`finds nothing in ${text.slice(0, 50)}`, () => {
      assert.doesNotThrow(() => JSON.parse(text) as unknown);
      assert.equal(findJsonError(text), null);
    });
  }

  it("agrees with the runtime on whether a text is JSON, wherever it is cut or changed", () => {
    const text = '{"a": ["x\\t", {"b": -0.5e1}, [], {}], "c": null}';
    for (let at = 0; at < text.length; at += 1) {
      for (const part of ["", '"', ",", "]", "}", ":", "1", " "]) {
        const changed = text.slice(0, at) + part + text.slice(at + 1);
        let isJson = true;
        try {
          JSON.parse(changed);
        } catch {
          isJson = false;
        }
        assert.equal(findJsonError(changed) === null, isJson, changed);
      }
    }
  });

  it("speaks of the place in the reader's language alone", () => {
    const fail = (text: string): TlacError => {
      try {
        parseVocabulary(text);
      } catch (thrown) {
        if (thrown instanceof TlacError) return thrown;
      }
      return assert.fail("read");
    };
    assert.match(fail('[\n"screw",\nnail]').message, /line 3, column 1 on: “nail\]”/);
    const japanese = fail('["ねじ" "釘"]').in("ja");
    assert.match(japanese, /1 行目 7 文字目の「"釘"\]」/);
    assert.match(fail('["screw",').message, /ends too early, in line 1/);
  });
});
