import assert from "node:assert/strict";

import { translate } from "../../lib/i18n/catalogue";
import { lintVocabulary } from "../../lib/vocabulary/lint-vocabulary";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import { TrigramEmbedder } from "../helpers/trigram-embedder";

const GOOD = [{ label: "ねじ", aliases: ["screw"] }, { label: "hammer" }, { label: "valve" }];

const ROWS: readonly (readonly [string, unknown, readonly string[]])[] = [
  ["nothing in a good vocabulary", GOOD, []],
  [
    "an alias of two classes, however it is spelt",
    [
      { label: "bolt", aliases: ["Fasteners"] },
      { label: "rivet", aliases: ["fastener"] },
    ],
    ["duplicate-alias bolt+rivet: Fasteners"],
  ],
  [
    "a label that is another class's alias",
    [
      { label: "ネジ", aliases: ["screw"] },
      { label: "bolt", aliases: ["ねじ"] },
    ],
    ["duplicate-alias ネジ+bolt: ネジ"],
  ],
  [
    "a name that its own class rules out",
    [{ label: "hammer", not: ["Hammers"] }, "valve"],
    ["contradiction hammer: hammer"],
  ],
  [
    "a class without a name that the model reads",
    [{ label: "謎の物" }, "valve"],
    ["no-readable-name 謎の物: 謎の物"],
  ],
  ["nothing in a class that the glossary knows", [{ label: "ねじ" }, "valve"], []],
  [
    "an English name that the glossary gives to two classes",
    [{ label: "車" }, { label: "乗用車" }],
    [
      "duplicate-alias 車+乗用車: car",
      "duplicate-alias 車+乗用車: automobile",
      "near-classes 車+乗用車: car / car",
    ],
  ],
  [
    "a name that is cut at the model's limit",
    [{ label: "hammer", aliases: ["one two three four five six seven eight nine ten"] }],
    ["cut-text hammer: one two three four five six seven eight nine ten"],
  ],
  [
    "a class and its denial",
    ["helmet", "no helmet"],
    ["opposites no-helmet+helmet: no helmet / helmet"],
  ],
  [
    "a denial behind the name",
    [{ label: "crack", aliases: ["ひび"] }, { label: "crack-free" }],
    ["opposites crack-free+crack: crack-free / crack"],
  ],
  ["OK and NG", ["OK", "NG"], ["opposites ok+ng: OK / NG"]],
  [
    "a thing open and closed",
    ["valve open", "valve closed"],
    ["opposites valve-open+valve-closed: valve open / valve closed"],
  ],
  [
    "Japanese opposites",
    [
      { label: "ヘルメットあり", aliases: ["with helmet"] },
      { label: "ヘルメットなし", aliases: ["without helmet"] },
    ],
    ["opposites ヘルメットあり+ヘルメットなし: ヘルメットあり / ヘルメットなし"],
  ],
  [
    "a class for an absence, in Japanese",
    ["ヘルメット", "ヘルメット未着用"],
    [
      "opposites ヘルメット未着用+ヘルメット: ヘルメット未着用 / ヘルメット",
      "no-readable-name ヘルメット未着用: ヘルメット未着用",
    ],
  ],
  [
    "a verb and its denial",
    ["ヘルメットを着用している", "ヘルメットを着用していない"],
    [
      "opposites ヘルメットを着用している+ヘルメットを着用していない: ヘルメットを着用している / ヘルメットを着用していない",
      "no-readable-name ヘルメットを着用している: ヘルメットを着用している",
      "no-readable-name ヘルメットを着用していない: ヘルメットを着用していない",
    ],
  ],
  ["good and bad ones", ["良品", "不良品"], ["opposites 良品+不良品: 良品 / 不良品"]],
  ["open and closed in one sign", ["開", "閉"], ["opposites 開+閉: 開 / 閉"]],
  [
    "a prefix",
    ["bolt fastened", "bolt unfastened"],
    ["opposites bolt-unfastened+bolt-fastened: bolt unfastened / bolt fastened"],
  ],
  [
    "no opposites where each has a name that says what is seen",
    [
      { label: "helmet" },
      { label: "no helmet", aliases: ["bare head"] },
      { label: "OK", aliases: ["smooth cap"] },
      { label: "NG", aliases: ["cracked cap"] },
      "full crate",
      "empty crate",
      "bolt on plate",
    ],
    [],
  ],
  [
    "classes whose vectors nearly coincide",
    [
      "thermoelectrically insulated heat-exchanger-inlet gasket 1",
      "thermoelectrically insulated heat-exchanger-inlet gasket 2",
      "hammer",
    ],
    [
      "near-classes thermoelectrically-insulated-heat-exchanger-inlet-gasket-1+thermoelectrically-insulated-heat-exchanger-inlet-gasket-2: thermoelectrically insulated heat-exchanger-inlet gasket 1 / thermoelectrically insulated heat-exchanger-inlet gasket 2",
    ],
  ],
];

describe("lint of vocabularies", () => {
  for (const [what, classes, expected] of ROWS) {
    it(`finds ${what}`, async () => {
      const findings = await lintVocabulary(parseVocabulary(classes), new TrigramEmbedder());
      assert.deepEqual(
        findings.map(({ kind, classes: ids, text }) => `${kind} ${ids.join("+")}: ${text}`),
        expected,
      );
    });
  }

  it("says in both languages what to do", async () => {
    for (const [, classes] of ROWS) {
      for (const { key, params } of await lintVocabulary(
        parseVocabulary(classes),
        new TrigramEmbedder(),
      )) {
        for (const language of ["en-US", "ja"] as const) {
          const sentence = translate(key, params, language);
          assert.ok(sentence.length > 20 && !sentence.includes("{{"), sentence);
        }
        assert.notEqual(translate(key, params, "en-US"), translate(key, params, "ja"));
      }
    }
  });

  it("reports how near two classes are", async () => {
    const [finding] = await lintVocabulary(
      parseVocabulary([
        "thermoelectrically insulated heat-exchanger-inlet gasket 1",
        "thermoelectrically insulated heat-exchanger-inlet gasket 2",
      ]),
      new TrigramEmbedder(),
    );
    assert.ok(finding?.similarity !== undefined);
    assert.ok(finding.similarity >= 0.95 && finding.similarity <= 1);
  });

  it("needs no English alias where the model reads all languages", async () => {
    const embedder = new TrigramEmbedder({ languages: "multilingual" });
    assert.deepEqual(await lintVocabulary(parseVocabulary("謎の物、消火器"), embedder), []);
  });

  it("measures with the template that is used", async () => {
    const embedder = new TrigramEmbedder();
    await lintVocabulary(parseVocabulary("hammer, valve"), embedder, { template: "a {name}" });
    assert.deepEqual(embedder.embedded, ["a hammer", "a valve"]);
  });

  it("compares names only where there is no model", async () => {
    const findings = await lintVocabulary(
      parseVocabulary([{ label: "ねじ" }, { label: "bolt" }, { label: "bolts" }]),
    );
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ["duplicate-alias"],
    );
  });

  it("says that it does not compare thousands of names", async () => {
    const labels = Array.from({ length: 6_000 }, (_, n) => `part ${String(n)}`);
    const embedder = new TrigramEmbedder();
    const findings = await lintVocabulary(parseVocabulary(labels), embedder);
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ["not-compared"],
    );
    assert.deepEqual(embedder.embedded, []);
  });
});
