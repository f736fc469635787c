import assert from "node:assert/strict";

import { formatVocabularyCsv } from "../../lib/vocabulary/format-vocabulary";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";

const labels = (input: unknown): string[] =>
  parseVocabulary(input).classes.map(({ label }) => label);

const many = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `alias ${String(n)}`);

function circle(): object {
  const self: Record<string, unknown> = {};
  self.self = self;
  return self;
}

describe("parsing of vocabularies", () => {
  const lists: readonly (readonly [string, unknown])[] = [
    ["commas", "screw, nail, hammer"],
    ["Japanese commas", "screw、nail，hammer"],
    ["lines", "screw\nnail\r\n\nhammer\n"],
    ["a byte order mark", "\ufeffscrew,nail,hammer"],
    ["JSON text", '["screw", "nail", "hammer"]'],
    ["an array of names", ["screw", "nail", "hammer"]],
    ["an array of classes", [{ label: "screw" }, { name: "nail" }, { label: "hammer" }]],
    ["an object with classes", { classes: ["screw", "nail", "hammer"] }],
    ["CSV with a header", "label,aliases\nscrew,\nnail,\nhammer,\n"],
    ["a spreadsheet's tabs", "ラベル\t別名\nscrew\t\nnail\t\nhammer\t"],
    ["semicolons", "name;aliases\nscrew;\nnail;\nhammer;"],
    ["a table with columns of its own", "label,aliases,remark\nscrew,,M4\nnail,,\nhammer,,old"],
    ["a table of labels only", "ラベル\nscrew\nnail\nhammer"],
    ["a list that begins like a header", "screw, nail\nhammer"],
  ];
  for (const [form, input] of lists) {
    it(`reads ${form}`, () => {
      assert.deepEqual(labels(input), ["screw", "nail", "hammer"]);
    });
  }

  it("reads every column of a table", () => {
    const [first, second] = parseVocabulary(
      'id,label,aliases,not,threshold,alert,template\nh-1,ハンマー,"hammer|mallet; 金づち",hammer drill,0.7,critical,a tool called {name}\n,nail,,,,,\n',
    ).classes;
    assert.deepEqual(first, {
      id: "h-1",
      label: "ハンマー",
      aliases: ["hammer", "mallet", "金づち"],
      not: ["hammer drill"],
      threshold: 0.7,
      alert: "critical",
      template: "a tool called {name}",
    });
    assert.deepEqual(second, { id: "nail", label: "nail", aliases: [], not: [] });
  });

  it("reads aliases in a plain list", () => {
    const [first, second] = parseVocabulary("ねじ = screw | bolt\nくぎ＝nail").classes;
    assert.deepEqual([first?.label, first?.aliases], ["ねじ", ["screw", "bolt"]]);
    assert.deepEqual([second?.label, second?.aliases], ["くぎ", ["nail"]]);
  });

  describe("of cells copied from a spreadsheet", () => {
    const paste = (text: string) =>
      parseVocabulary(text, { columns: ["label", "aliases", "not", "threshold", "alert"] }).classes;

    it("takes the columns as given where there is no header", () => {
      const [first, second] = paste("ねじ\tscrew|bolt\tnut\t0.8\t注意\r\n釘\tnail\r\n");
      assert.deepEqual(first, {
        id: "ねじ",
        label: "ねじ",
        aliases: ["screw", "bolt"],
        not: ["nut"],
        threshold: 0.8,
        alert: "warning",
      });
      assert.deepEqual([second?.label, second?.aliases], ["釘", ["nail"]]);
    });

    it("follows a header in another order and leaves columns of the sheet's own out", () => {
      const [only] = paste("別名\t備考\t品名\nscrew\tM4, zinc\tねじ\n");
      assert.deepEqual([only?.label, only?.aliases], ["ねじ", ["screw"]]);
    });

    it("reads quoted cells with line breaks as one name a line", () => {
      const [first, second] = paste('ねじ\t"screw\nbolt ""M4"""\nM5\t\n');
      assert.deepEqual(first?.aliases, ["screw", 'bolt "M4"']);
      assert.equal(second?.label, "M5");
    });

    it("knows JSON by its brackets, tabs or not", () => {
      assert.deepEqual(
        paste('[\n\t"screw",\n\t"nail"\n]').map(({ label }) => label),
        ["screw", "nail"],
      );
    });

    it("keeps inch marks", () => {
      assert.deepEqual(
        paste('1/4" bolt\tbolt 1/4"\n').map(({ label }) => label),
        ['1/4" bolt'],
      );
    });

    it("reads one column as a plain list", () => {
      assert.deepEqual(
        paste("screw\r\nnail\r\n").map(({ label }) => label),
        ["screw", "nail"],
      );
    });

    it("tells the row without a label", () => {
      assert.throws(() => paste("\tscrew\n釘\tnail\n"), { code: "BAD_CONFIG", message: /Entry 1/ });
    });
  });

  it("makes stable, unique ids that keep Japanese", () => {
    const ids = parseVocabulary([
      "Hex Bolt",
      "hex-bolt",
      "六角ボルト",
      "__proto__",
      "!!!",
    ]).classes.map(({ id }) => id);
    assert.deepEqual(ids, ["hex-bolt", "hex-bolt-2", "六角ボルト", "proto", "class"]);
  });

  it("makes ids that are safe as keys of any object", () => {
    const counts: Record<string, number> = {};
    for (const { id } of parseVocabulary("constructor, __proto__, toString, valueOf").classes) {
      counts[id] = (counts[id] ?? 0) + 1;
    }
    assert.deepEqual(Object.values(counts), [1, 1, 1, 1]);
  });

  it("lets no derived id take a given one away", () => {
    const ids = parseVocabulary(["nail", { id: "nail", label: "spike" }, { id: 7, label: "x" }]);
    assert.deepEqual(
      ids.classes.map(({ id }) => id),
      ["nail-2", "nail", "7"],
    );
  });

  it("drops aliases that say the same as the label or each other", () => {
    const [only] = parseVocabulary([
      { label: "screw", aliases: ["Screws", "bolt", "bolts"] },
    ]).classes;
    assert.deepEqual(only?.aliases, ["bolt"]);
  });

  it("changes its digest with anything that changes a decision", () => {
    const digest = (input: unknown): string => parseVocabulary(input).digest;
    assert.equal(digest("a, b"), digest(["a", "b"]));
    assert.notEqual(digest("a, b"), digest("a, c"));
    assert.notEqual(digest([{ label: "a" }]), digest([{ label: "a", threshold: 0.5 }]));
  });

  it("writes CSV that it reads back", () => {
    const vocabulary = parseVocabulary([
      {
        label: 'bolt, "hex"',
        aliases: ["六角ボルト", "hex bolt"],
        alert: "warning",
        threshold: 0.5,
      },
      { label: "nail", not: ["fingernail"] },
    ]);
    assert.deepEqual(parseVocabulary(formatVocabularyCsv(vocabulary)), vocabulary);
  });

  it("numbers ten thousand equal labels without a search for each", () => {
    const { classes } = parseVocabulary(Array.from({ length: 10_000 }, () => "nail"));
    assert.deepEqual(
      [0, 1, 9_999].map((at) => classes[at]?.id),
      ["nail", "nail-2", "nail-10000"],
    );
  });

  const refusals: readonly (readonly [string, unknown, RegExp])[] = [
    ["nothing", "", /at least one class/],
    ["an empty list", [], /at least one class/],
    ["a number", 42, /number came/],
    ["null", null, /object came/],
    ["broken JSON", '["screw"', /ends too early/],
    ["an open quote", 'label,aliases\n"screw,x\nnail,y', /never closed/],
    ["a quote inside a cell", 'label,aliases\nnail,a"b"', /in line 2/],
    ["a class without a label", [{ aliases: ["x"] }], /Entry 1 has no label/],
    ["a number as a class", ["screw", 5], /Entry 2/],
    ["a wrong threshold", [{ label: "a", threshold: 7 }], /threshold of “a”/],
    ["a threshold in words", "label,threshold\na,high", /threshold of “a”.*high/],
    ["two columns for one thing", "label,class\na,b", /Two columns.*label/],
    ["the line of a table that has no label", "label,aliases\na,b\n\n,c", /Entry 4/],
    ["an id that every object has", [{ id: "__proto__", label: "a" }], /“__proto__”/],
    ["an unknown alert level", "label,alert\na,loud", /none, info, warning, critical/],
    ["a template without a place", [{ label: "a", template: "photo" }], /\{name\}/],
    [
      "a doubled id",
      [
        { id: "x", label: "a" },
        { id: "x", label: "b" },
      ],
      /“x”/,
    ],
    ["aliases that are no texts", [{ label: "a", aliases: [1] }], /list of texts/],
    ["a text that is too long", ["x".repeat(201)], /200 characters/],
    ["a book for a name", ["x".repeat(3_000_000)], /3000000/],
    [
      "a book for a template",
      [{ label: "a", template: `{name}${"x".repeat(300)}` }],
      /200 characters/,
    ],
    ["a text that is no vocabulary", "x,".repeat(3_000_000), /5000000 characters/],
    ["too many names of a class", [{ label: "a", aliases: many(101) }], /100 names/],
    [
      "too many names in all",
      Array.from({ length: 1_000 }, (_, n) => ({ label: `c${String(n)}`, aliases: many(60) })),
      /50000 names/,
    ],
    ["a list with holes", new Array(3), /Entry 1/],
    ["a threshold that has no text", [{ label: "a", threshold: circle() }], /threshold of “a”/],
    ["an alert level that has no text", [{ label: "a", alert: 5n }], /none, info/],
    [
      "too many classes",
      Array.from({ length: 10_001 }, (_, n) => `c${String(n)}`),
      /10000 classes/,
    ],
  ];
  for (const [what, input, reason] of refusals) {
    it(`refuses ${what} with the reason`, () => {
      assert.throws(() => parseVocabulary(input), { code: "BAD_CONFIG", message: reason });
    });
  }
});
