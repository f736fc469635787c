import assert from "node:assert/strict";

import { translate } from "../../lib/i18n/catalogue";
import { readVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import type { Column } from "../../lib/vocabulary/table-headings";

const CELLS: readonly Column[] = ["label", "aliases", "not", "threshold", "alert"];

/** `label = alias | alias` of each class, and the notes in English. */
function read(text: string, columns?: readonly Column[]): { classes: string[]; notes: string[] } {
  const { vocabulary, notes } = readVocabulary(text, columns ? { columns } : {});
  return {
    classes: vocabulary.classes.map(({ label, aliases }) =>
      [label, aliases.join(" | ")].filter(Boolean).join(" = "),
    ),
    notes: notes.map(({ key, params }) => translate(key, params)),
  };
}

const TABLES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a running number and remarks beside the names",
    "No.,hinmei,bikou\r\n1,espresso,M8\r\n2,palace,M8\r\n3,rocket,\r\n",
    ["espresso", "palace", "rocket"],
  ],
  [
    "Japanese headings",
    "品番,品名,英語名,数量,備考\nA-1,ねじ,screw,5,黒\nA-2,釘,nail,7,\n",
    ["ねじ = screw", "釘 = nail"],
  ],
  [
    "several columns of names",
    "名称,英名,別名\nねじ,screw,ビス|ボルト\n釘,nail,\n",
    ["ねじ = screw | ビス | ボルト", "釘 = nail"],
  ],
  [
    "German headings",
    "Nr.;Bezeichnung;Synonyme;Schlagwort;Bemerkung\n1;Schraube;screw;Befestigung;\n2;Mutter;nut|hex nut;Gewinde;alt\n",
    ["Schraube = screw | Befestigung", "Mutter = nut | hex nut | Gewinde"],
  ],
  [
    "French headings",
    "Libellé;Mots-clés;Seuil\nvis;screw;0,5\nclou;nail;\n",
    ["vis = screw", "clou = nail"],
  ],
  [
    "Spanish headings",
    "Nombre;Sinónimos;Notas\ntornillo;screw;x\nclavo;nail;x\n",
    ["tornillo = screw", "clavo = nail"],
  ],
  [
    "Chinese headings",
    "序号,名称,英文名称,备注\n1,螺丝,screw,\n2,钉子,nail,\n",
    ["螺丝 = screw", "钉子 = nail"],
  ],
  ["Korean headings", "번호,품명,영문명\n1,나사,screw\n2,못,nail\n", ["나사 = screw", "못 = nail"]],
  ["an English name alone", "English name,Notes\nscrew,M4\nnail,M4\n", ["screw", "nail"]],
  ["Japanese commas", "ラベル、別名\nねじ、screw\n釘、nail\n", ["ねじ = screw", "釘 = nail"]],
  [
    "numbers between Japanese commas",
    "No、物9、材9\n1、screw、M8\n2、nail、M8\n",
    ["screw", "nail"],
  ],
  ["names of defects", "Fehlercode;Fehler\nE1;Kratzer\nE2;Riss\n", ["Kratzer", "Riss"]],
  [
    "French headings for English names",
    "N°;Désignation;Désignation anglaise\n1;Vis;screw\n2;Écrou;nut\n",
    ["Vis = screw", "Écrou = nut"],
  ],
  [
    "descriptions that are names",
    "Código;Descripción;Nombre en inglés\nA1;Tornillo;screw\nA2;Tuerca;nut\n",
    ["Tornillo = screw", "Tuerca = nut"],
  ],
  [
    "descriptions beside an English name",
    "English,Description\nhammer,a tool that drives nails into wood and other things\nsaw,cuts\n",
    ["hammer", "saw"],
  ],
  ["headings in two languages", "名称／Name,備考／Remarks\nねじ,M8\n釘,M8\n", ["ねじ", "釘"]],
  [
    "modes of failure",
    "不良モード,英語,対策\nキズ,scratch,交換\n打痕,dent,修正\n",
    ["キズ = scratch", "打痕 = dent"],
  ],
  [
    "one heading that is known",
    "Sorgenkind;Bild\nRiss;a.jpg\nKratzer;b.jpg\n",
    ["Riss", "Kratzer"],
  ],
  ["marks that are not seen", "\u200blabel,\ufeffaliases\nscrew,bolt\n", ["screw = bolt"]],
  ["a group alone", "分類,備考\nねじ,M4\n釘,M4\n", ["ねじ", "釘"]],
  ["a group beside the names", "分類,品名\n部品,ねじ\n部品,釘\n", ["ねじ", "釘"]],
  [
    "brackets in headings",
    "品名（日本語）,名称（英語）,しきい値 (0〜1)\nねじ,screw,0.5\n釘,nail,\n",
    ["ねじ = screw", "釘 = nail"],
  ],
  [
    "languages as suffixes",
    "name_ja,name_en\nねじ,screw\n釘,nail\n",
    ["ねじ = screw", "釘 = nail"],
  ],
  [
    "sep= in the first line",
    "sep=;\r\nlabel;aliases;alert\r\nSchraube;screw|bolt;warning\r\nMutter;nut;info\r\n",
    ["Schraube = screw | bolt", "Mutter = nut"],
  ],
  ["sep= with a bar", "sep=|\nlabel|alert\nscrew|info\nnail|none\n", ["screw", "nail"]],
  [
    "title rows above the head",
    "部品一覧表,,\n2024年4月1日,,\n\n品名,英語名,備考\nねじ,screw,黒\n釘,nail,\n",
    ["ねじ = screw", "釘 = nail"],
  ],
  [
    "a title without commas",
    "Parts of line 3\nlabel,aliases\nscrew,bolt\nnail,\n",
    ["screw = bolt", "nail"],
  ],
  [
    "line ends of CR alone",
    "label,aliases\rscrew,bolt\rnail,spike\r",
    ["screw = bolt", "nail = spike"],
  ],
  [
    "quotes with commas",
    'label,aliases\n"Nut, M8","hex nut, M8|nut"\n"Bolt, M8",\n',
    ["Nut, M8 = hex nut, M8 | nut", "Bolt, M8"],
  ],
  [
    "names that run on behind the last heading",
    "label,aliases\nscrew,bolt,wood screw\n",
    ["screw = bolt | wood screw"],
  ],
  ["rows that only a number fills", "No.,品名\n1,ねじ\n2,釘\n3,\n4,\n", ["ねじ", "釘"]],
  [
    "unknown headings above a number",
    "Zähler;Gegenstände;Fach\n1;Schraube;A\n2;Mutter;A\n",
    ["Schraube", "Mutter"],
  ],
  ["numbered rows without headings", "1,screw,M8\n2,nail,M8\n3,bolt,\n", ["screw", "nail", "bolt"]],
  [
    "a table of a wiki",
    "| label | alert |\n|-------|:-----:|\n| screw | info |\n| nail | none |\n",
    ["screw", "nail"],
  ],
  ["one column under its heading", "ラベル\nねじ\n釘\n", ["ねじ", "釘"]],
  ["a heading of which one is known", "name,hue\nscrew,red\nnail,blue\n", ["screw", "nail"]],
];

const LISTS: readonly (readonly [string, string, readonly string[]])[] = [
  ["sep= above a list", "sep=;\nSchraube;Mutter;Hammer\n", ["Schraube", "Mutter", "Hammer"]],
  ["dashes before each line", "- screw, M8\n- nut\n", ["screw, M8", "nut"]],
  ["numbers before each line", "1. screw\n2. nut\n", ["screw", "nut"]],
  ["dots before each line", "・ねじ\n・釘\n", ["ねじ", "釘"]],
  ["a minus that is no dash", "-5 V\n-12 V\n", ["-5 V", "-12 V"]],
  [
    "Japanese brackets",
    "「ナット、M8」、「ボルト、M8」、座金",
    ["ナット、M8", "ボルト、M8", "座金"],
  ],
  ["quotes around commas", '"Nut, M8", "Bolt, M8", washer', ["Nut, M8", "Bolt, M8", "washer"]],
  ["one a line in quotes", '"Nut, M8"\n"Bolt, M8"\nwasher\n', ["Nut, M8", "Bolt, M8", "washer"]],
  ["typographic quotes", "“Nut, M8”, „Bolt, M8“, washer", ["Nut, M8", "Bolt, M8", "washer"]],
  [
    "quoted names with aliases",
    '"Nut, M8" = "hex nut, M8" | nut\nwasher',
    ["Nut, M8 = hex nut, M8 | nut", "washer"],
  ],
  ["single quotes", "'Nut, M8', 'Bolt, M8', 'til dawn", ["Nut, M8", "Bolt, M8", "'til dawn"]],
  ["rows with Japanese commas", "ねじ、釘\n弁、鎚\n", ["ねじ", "釘", "弁", "鎚"]],
  ["inch marks", '1/4" bolt, 3/8" bolt', ['1/4" bolt', '3/8" bolt']],
  [
    "rows that a person typed",
    "screw, nail\nhammer, valve\n",
    ["screw", "nail", "hammer", "valve"],
  ],
  [
    "aliases in rows",
    "ねじ=screw,釘=nail\n弁=valve,鎚=hammer\n",
    ["ねじ = screw", "釘 = nail", "弁 = valve", "鎚 = hammer"],
  ],
  ["several equal signs", "ねじ = screw = bolt", ["ねじ = screw | bolt"]],
  [
    "names that are headings, one a line",
    "part\nproduct\nempty tray\n",
    ["part", "product", "empty tray"],
  ],
  ["names that are headings, in one line", "label, tag, part", ["label", "tag", "part"]],
  [
    "names that are headings, in a later row",
    "box, tape\nlabel, tag\n",
    ["box", "tape", "label", "tag"],
  ],
  ["a comma at each line's end", "screw,\nnail,\nhammer,\n", ["screw", "nail", "hammer"]],
  ["line ends of CR alone", "screw\rnail\r", ["screw", "nail"]],
];

describe("reading of tables", () => {
  for (const [what, text, expected] of TABLES) {
    it(`finds the classes under ${what}`, () => {
      assert.deepEqual(read(text).classes, expected);
    });
  }

  for (const [what, text, expected] of LISTS) {
    it(`takes a list for a list: ${what}`, () => {
      assert.deepEqual(read(text).classes, expected);
    });
  }

  const STOPS: readonly (readonly [string, string])[] = [
    [
      "unknown headings over nothing that tells",
      "hinm,biko2\nespresso,rot\npalace,blau\nrocket,\n",
    ],
    ["a table of words without headings", "Schraube;rot\nMutter;blau\nBolzen;gelb\n"],
    ["tabs of words without headings", "Teil9\tFarbe9\nSchraube\trot\nMutter\tblau\n"],
    ["two columns that could be the names", "No.,x1,x2\n1,screw,nail\n2,bolt,nut\n"],
  ];
  for (const [what, text] of STOPS) {
    it(`stops at ${what}`, () => {
      assert.throws(() => read(text), {
        code: "BAD_CONFIG",
        message: /which column names the classes/,
      });
    });
  }

  it("says what it left out and what it guessed", () => {
    assert.match(read("label,hue\nscrew,red\nnail,blue").notes.join(), /Left out.*: hue\./);
    const { notes } = read("Zähler;Gegenstände;Fach\n1;Schraube;A\n2;Mutter;A\n");
    assert.match(notes.join("\n"), /“Gegenstände” was taken for the labels/);
    assert.match(notes.join("\n"), /Zähler, Fach/);
    assert.match(read("Parts\nlabel,alert\nscrew,info\n").notes.join(), /1 row above/);
    assert.match(read("name\nscrew\nnail").notes.join(), /“name”, was taken for a heading/);
    assert.deepEqual(read("label,aliases\nscrew,bolt\n").notes, []);
    assert.deepEqual(read("screw, nail").notes, []);
  });

  it("knows a table that has its headings and nothing else yet", () => {
    for (const text of ["label;aliases\n", "品名\t備考", "name,alert level\n"]) {
      assert.throws(() => read(text), { code: "BAD_CONFIG", message: /is empty/ }, text);
    }
  });

  it("stops where an unquoted comma makes one cell two", () => {
    assert.throws(() => read("label,threshold\nscrew,0,7\nnail,0,5\n"), {
      code: "BAD_CONFIG",
      message: /Line 2 .*3 cells.*2 headings/,
    });
  });

  it("reads thresholds with a decimal comma", () => {
    const values = (text: string) =>
      readVocabulary(text).vocabulary.classes.map(({ threshold }) => threshold);
    assert.deepEqual(values("label;threshold\na;0,7\nb;0.6\nc;−0,25\nd;０，５\ne;,5\nf;\n"), [
      ...[0.7, 0.6, -0.25, 0.5, 0.5, undefined],
    ]);
    assert.deepEqual(values('label,threshold\na,"0,7"\n'), [0.7]);
    for (const text of ["0,7,1", "1.000,5", "70 %", "0x1", "hoch"]) {
      assert.throws(() => values(`label;threshold\na;${text}\n`), { code: "BAD_CONFIG" }, text);
    }
    const [blank] = readVocabulary([{ label: "a", threshold: "  " }]).vocabulary.classes;
    assert.equal(blank?.threshold, undefined);
  });

  it("knows alert levels in several languages", () => {
    const { vocabulary } = readVocabulary(
      "label;Alarm\na;Warnung\nb;kritisch\nc;Hinweis\nd;keine\ne;重大\n",
    );
    assert.deepEqual(
      vocabulary.classes.map(({ alert }) => alert),
      ["warning", "critical", "info", "none", "critical"],
    );
  });

  describe("of cells that were pasted", () => {
    it("never makes a class of a known or a numbered heading", () => {
      assert.deepEqual(read("No\tfoo\tbar\n1\tespresso\tM8\n2\tpalace\tM8\n", CELLS).classes, [
        ...["espresso", "palace"],
      ]);
      assert.deepEqual(read("品名\t備考\nねじ\t黒\n", CELLS).classes, ["ねじ"]);
    });

    it("says that it took them without headings", () => {
      const { classes, notes } = read("ねじ\tscrew\n釘\tnail\n", CELLS);
      assert.deepEqual(classes, ["ねじ = screw", "釘 = nail"]);
      assert.match(notes.join(), /No headings/);
    });

    it("takes a first row for a class, though one of its names is also a heading", () => {
      assert.deepEqual(read("nail\ttag\nscrew\tbolt\n", CELLS).classes, [
        "nail = tag",
        "screw = bolt",
      ]);
    });
  });
});
