import assert from "node:assert/strict";

import {
  isForeignScript,
  readChoice,
  readJsonAnswer,
  readNamesSoFar,
  readProseAnswer,
} from "../../lib/lmm/read-answer";

const WHOLE =
  '{"a_description":"A bolt.","b_candidates":[{"a_name":"hex bolt","b_synonyms":["screw"]}]}';

describe("reading an answer", () => {
  for (const [form, text] of [
    ["as it should be", WHOLE],
    [
      "in a fence with words around",
      `Sure! Here it is:\n\`\`\`json\n${WHOLE}\n\`\`\`\nAnything else?`,
    ],
    ["with trailing commas", WHOLE.replace('"screw"]}]', '"screw",],},]')],
    ["cut after its last name", WHOLE.slice(0, -2)],
    ["cut inside a string", WHOLE.slice(0, -6)],
    ["with keys of the model's own", WHOLE.replaceAll(/[ab]_/g, "")],
    ["with a line break in a string", WHOLE.replace("A bolt.", "A\nbolt.")],
    ["with much white space", WHOLE.replace("[{", `[${" \n".repeat(200)}{`)],
  ] as const) {
    it(`takes JSON ${form}`, () => {
      const answer = readJsonAnswer(text);
      assert.equal(answer?.candidates[0]?.name, "hex bolt");
      assert.match(answer.candidates[0].synonyms[0] ?? "", /^scr/);
    });
  }

  it("takes candidates as plain strings, drops empty ones and duplicates, and bounds all", () => {
    const names = [
      "Bolt",
      "bolt",
      " ",
      "…",
      7,
      null,
      ...Array.from({ length: 50 }, (_, i) => `n${i}`),
    ];
    const answer = readJsonAnswer(JSON.stringify({ b_candidates: [...names, "x".repeat(900)] }));
    assert.equal(answer?.candidates.length, 8);
    assert.deepEqual(answer.candidates[0], { name: "Bolt", synonyms: [] });
    const long = readJsonAnswer(JSON.stringify({ candidates: ["x".repeat(900)] }));
    assert.equal(long?.candidates[0]?.name.length, 120);
  });

  for (const text of [
    "",
    "null",
    "A bolt.",
    '{"b_candidates":[]}',
    '{"label":"bolt"}',
    "{{{{",
    "[[[",
  ]) {
    it(`finds no JSON answer in ${JSON.stringify(text)}`, () => {
      assert.equal(readJsonAnswer(text), null);
    });
  }

  for (const [text, names] of [
    ["", []],
    ['{"nam', []],
    ['{"names": ["pli', []],
    ['{"names": ["pliers', []],
    ['{"names": ["pliers"', ["pliers"]],
    ['{"names": ["pliers", "wat', ["pliers"]],
    ['{"names": ["pliers", "5\\" pi', ["pliers"]],
    ['{"names": ["pliers", "5\\" pipe"', ["pliers", '5" pipe']],
    ['{"names": ["pliers", "wrench"]', ["pliers", "wrench"]],
    ['```json\n{"names": ["pliers", "wrench"]}\n``', ["pliers", "wrench"]],
    ['["pliers", "wat', ["pliers"]],
    // Keys are no names, and a name is whole when all that belongs to it is.
    ['{"names": [{"a_name": "pliers", "b_syn', []],
    ['{"names": [{"a_name": "pliers"}, {"a_name": "wrench"', ["pliers"]],
    ["A hammer [or a", []],
    // Another form than was asked for is read as a whole.
    ['{"a_description": "A tool.", "b_candidates": [{"a_name": "pliers"}]', []],
  ] as const) {
    it(`has ${names.length} complete names in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(
        readNamesSoFar(text).map(({ name }) => name),
        names,
      );
    });
  }

  it("reads the start of an answer without end, and does not ponder over the rest", () => {
    const endless = `{"b_candidates": [{"a_name": "bolt"}], "x": [${"[],".repeat(1_000_000)}`;
    assert.deepEqual(readJsonAnswer(endless)?.candidates, [{ name: "bolt", synonyms: [] }]);
    assert.ok(readProseAnswer("bolt. ".repeat(1_000_000)));
  });

  it("reads prose the published way: no line breaks, no full stops, one name", () => {
    assert.equal(readProseAnswer("An M6 bolt, 8.8.")?.candidates[0]?.name, "An M6 bolt, 8.8");
    assert.deepEqual(readProseAnswer("A hex bolt.\nIt is rusty."), {
      candidates: [{ name: "A hex bolt It is rusty", synonyms: [] }],
      description: "",
    });
  });

  for (const text of ["", " .\n", '{"a_desc', "```json", "I'm sorry, I cannot see an image."]) {
    it(`takes no name from ${JSON.stringify(text)}`, () => {
      assert.equal(readProseAnswer(text), null);
    });
  }

  for (const [text, expected] of [
    ['{"a_choice": "B"}', "B"],
    ['```json\n{"a_choice":"C"}\n```', "C"],
    ['{"a_choice": "Z"}', null],
    ["B", "B"],
    ["B.", "B"],
    ["B: hex bolt", "B"],
    ["The answer is B.", "B"],
    ["A hex bolt", null],
    ["A", "A"],
    ["(A) hex bolt", "A"],
    ["either A or B", null],
    ["A: hex bolt\nB: nut\nC: none of these", null],
    ['{"a_choice": "…"}', null],
    ["hammer", null],
    ["", null],
  ] as const) {
    it(`reads the choice in ${JSON.stringify(text)} as ${String(expected)}`, () => {
      assert.equal(readChoice(text, ["A", "B", "C"]), expected);
    });
  }

  for (const [answer, prompt, foreign] of [
    ["a hex bolt", "What is it?", false],
    ["这是一个螺栓", "What is it?", true],
    ["나사입니다", "What is it?", true],
    ["ボルト", "これは何ですか", false],
    ["나사", "これは何ですか", true],
    ["a bolt, 5 µm", "What is it?", false],
    ["123", "What is it?", false],
  ] as const) {
    it(`${foreign ? "refuses" : "accepts"} “${answer}” to “${prompt}”`, () => {
      assert.equal(isForeignScript(answer, prompt), foreign);
    });
  }
});
