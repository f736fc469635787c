import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import helper from "node-red-node-test-helper";

import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import type { Complaint } from "../../nodes/admin/reply";
import type {
  LintAnswer,
  OpenAnswer,
  ParseAnswer,
  TextAnswer,
  TryAnswer,
} from "../../nodes/admin/vocabulary";
import clipModel from "../../nodes/clip-model";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type Flow } from "../helpers/flow";

const photos = path.join(__dirname, "..", "..", "examples", "photos");
const readPhoto = (name: string): string =>
  `data:image/jpeg;base64,${readFileSync(path.join(photos, name)).toString("base64")}`;

/** A model that nobody has downloaded. */
const absent = {
  id: "absent",
  type: "clip-model",
  kind: "preset",
  preset: "clip-vit-base-patch32",
  folder: "",
  dtype: "",
  threads: "",
  offline: false,
};

describe("admin endpoints of the vocabulary", () => {
  let flow: Flow;
  before(async () => {
    const types = [clipModel, tlacVocabulary];
    flow = await startFlow(types, { id: "n", type: "end" }, [absent]);
  });
  after(() => flow.close());

  const post = async (name: string, body: object, lang = "en-US") => {
    const { status, body: answer } = await helper
      .request()
      .post(`/tlac/vocabulary/${name}?lang=${lang}`)
      .send(body);
    return { status, answer };
  };
  const lint = async (classes: unknown, more: object = {}, lang?: string): Promise<LintAnswer> =>
    (await post("lint", { classes, ...more }, lang)).answer as LintAnswer;
  const tryOut = async (body: object): Promise<TryAnswer> =>
    (await post("try", body)).answer as TryAnswer;

  it("reads cells of a spreadsheet as the dialog's columns", async () => {
    const text = 'ねじ\t"screw\nbolt"\tnut\t200\t注意\n釘\tnail\n';
    const { answer } = await post("parse", { text });
    const [first, second] = (answer as ParseAnswer).classes;
    assert.deepEqual(first, {
      id: "",
      label: "ねじ",
      aliases: ["screw", "bolt"],
      not: ["nut"],
      accept: 200,
      alert: "warning",
    });
    assert.deepEqual(second?.aliases, ["nail"]);
  });

  it("reads a file in the encoding that it has", async () => {
    const wide = Buffer.from("\ufefflabel\taliases\nSchlüssel\tkey\n", "utf16le");
    const japanese = Buffer.from("83898378838b2c95ca96bc", "hex");
    for (const [bytes, text] of [
      [wide, "label\taliases\nSchlüssel\tkey\n"],
      [japanese, "ラベル,別名"],
      [Buffer.alloc(0), ""],
    ] as const) {
      const { answer } = await post("text", { base64: bytes.toString("base64") });
      assert.deepEqual(answer, { text } satisfies TextAnswer);
    }
    const { status, answer } = await post("text", { base64: btoa("PK\x03\x04...") }, "ja");
    assert.equal(status, 400);
    assert.match((answer as Complaint).message ?? "", /CSV（UTF-8）/);
  });

  it("opens a stored text as the runtime reads it", async () => {
    for (const text of ["screw\tnail", "screw, nail", '["screw","nail"]', "label\nscrew\nnail"]) {
      const { answer } = await post("open", { text });
      assert.deepEqual((answer as OpenAnswer).classes, parseVocabulary(text).classes);
    }
  });

  it("keeps the ids that a new text has, and makes none", async () => {
    const { answer } = await post("parse", { text: "id,label\nm4,screw\n,nail\n" });
    const ids = (answer as ParseAnswer).classes.map(({ id }) => id);
    assert.deepEqual(ids, ["m4", ""]);
  });

  it("answers cells that are read back as they were, and says what was left out", async () => {
    const text = 'No.,品名,別名,備考\n1,ボルト,"""hex bolt; zinc""|bolt",M8\n';
    const parsed = (await post("parse", { text }, "ja")).answer as ParseAnswer;
    assert.deepEqual(parsed.classes[0]?.aliases, ["hex bolt; zinc", "bolt"]);
    assert.equal(parsed.rows[0]?.aliases, '"hex bolt; zinc" | bolt');
    assert.match(parsed.notes.join(), /省きました: No\., 備考/);
    const stored = JSON.stringify(parsed.rows);
    const opened = (await post("open", { text: stored })).answer as OpenAnswer;
    assert.deepEqual(opened.classes[0]?.aliases, parsed.classes[0].aliases);
    assert.deepEqual({ ...opened.rows[0], id: "" }, parsed.rows[0]);
  });

  it("says in the caller's language why a text cannot be read", async () => {
    const { status, answer } = await post("parse", { text: '["screw"' }, "ja");
    assert.equal(status, 400);
    assert.equal((answer as Complaint).code, "BAD_CONFIG");
    assert.match((answer as Complaint).message ?? "", /JSON のようですが、1 行目/);
  });

  it("exports CSV that is read back to the same vocabulary", async () => {
    const classes = [{ label: 'bolt, "hex"', aliases: "六角 | hex", threshold: "0.7" }];
    const { answer } = await post("csv", { classes });
    assert.deepEqual(parseVocabulary((answer as { csv: string }).csv), parseVocabulary(classes));
  });

  describe("lint", () => {
    it("offers to take a name that two classes share from one of them, or to merge them", async () => {
      const { findings, model } = await lint([
        { label: "dog", aliases: "puppy | hound" },
        { label: "wolf", aliases: "hound" },
      ]);
      // That the classes are near each other goes without saying.
      assert.equal(findings.length, 1);
      const [finding] = findings;
      assert.deepEqual([finding?.kind, finding?.rows], ["duplicate-alias", [0, 1]]);
      assert.match(finding?.message ?? "", /hound.*dog.*wolf/);
      assert.deepEqual(
        finding?.fixes.map(({ action, set, remove }) => ({ action, set, remove })),
        [
          {
            action: "remove-name",
            set: [{ row: 0, column: "aliases", value: "puppy" }],
            remove: [],
          },
          { action: "remove-name", set: [{ row: 1, column: "aliases", value: "" }], remove: [] },
          {
            action: "merge",
            set: [
              { row: 0, column: "aliases", value: "puppy | hound | wolf" },
              { row: 0, column: "not", value: "" },
            ],
            remove: [1],
          },
        ],
      );
      assert.equal(model, "starter");
    });

    it("says the same of classes that are typed as a list, and what it left out of a table", async () => {
      const { findings, count, wrong } = await lint("dog = puppy | hound, wolf = hound, ねじり棒X");
      assert.deepEqual([wrong, count], [null, 3]);
      assert.deepEqual(
        findings.map(({ kind }) => kind),
        ["duplicate-alias", "no-readable-name"],
      );
      const { notes, count: rows } = await lint("No.,品名,備考\n1,dog,x\n2,cat,x\n", {}, "ja");
      assert.equal(rows, 2);
      assert.match(notes.join(), /省きました: No\., 備考/);
      assert.match((await lint("name2,hue2\na,b\nc,d\n")).wrong?.message ?? "", /which column/);
    });

    it("tells opposites instead of asking to merge them", async () => {
      const { findings } = await lint([{ label: "helmet" }, { label: "no helmet" }]);
      assert.deepEqual(
        findings.map(({ kind }) => kind),
        ["opposites"],
      );
      assert.deepEqual(
        findings[0]?.fixes.map(({ edit }) => edit?.row),
        [1, 0],
      );
    });

    it("does not offer to remove a label", async () => {
      const { findings } = await lint([{ label: "dog" }, { label: "wolf", aliases: "dogs" }]);
      const [finding] = findings.filter(({ kind }) => kind === "duplicate-alias");
      const removals = finding?.fixes.filter(({ action }) => action === "remove-name");
      assert.deepEqual(
        removals?.map(({ set }) => set[0]?.row),
        [1],
      );
    });

    it("takes a name out of the not-words of its own class", async () => {
      const { findings } = await lint([{ label: "dog", aliases: "hound", not: "fox | hounds" }]);
      const [finding] = findings.filter(({ kind }) => kind === "contradiction");
      assert.deepEqual(finding?.fixes[0]?.set, [{ row: 0, column: "not", value: "fox" }]);
    });

    it("shows what the glossary adds, ready to become an alias", async () => {
      const classes = [
        { label: "dog" },
        { label: "ねじ", aliases: "ビス" },
        { label: "釘", aliases: "nail" },
      ];
      const { findings, glossary } = await lint(classes);
      assert.deepEqual(findings, []);
      assert.deepEqual(
        glossary.map(({ row, names, fix }) => ({ row, names, set: fix.set })),
        [
          {
            row: 1,
            names: ["screw"],
            set: [{ row: 1, column: "aliases", value: "ビス | screw" }],
          },
        ],
      );
    });

    it("proposes names for what the glossary knows in part", async () => {
      const { findings } = await lint([{ label: "ステンレスボルト" }]);
      const [finding] = findings;
      assert.equal(finding?.kind, "no-readable-name");
      assert.deepEqual(
        finding.fixes.map(({ action, set }) => [action, set[0]?.value]),
        [
          ["take-names", "stainless steel bolt"],
          ["take-names", "bolt"],
          ["add-alias", undefined],
        ],
      );
    });

    it("asks for an English alias where the model reads English only", async () => {
      const { findings } = await lint([{ label: "dog" }, { label: "謎の物" }], {}, "ja");
      const [finding] = findings;
      assert.equal(finding?.kind, "no-readable-name");
      assert.match(finding.message, /英語の別名/);
      assert.deepEqual(finding.fixes[0]?.edit, { row: 1, column: "aliases" });
    });

    it("tells which class cannot be used", async () => {
      const { wrong } = await lint([{ label: "dog" }, { label: "cat", threshold: "high" }]);
      assert.deepEqual([wrong?.row, wrong?.column], [1, "threshold"]);
      assert.match(wrong?.message ?? "", /threshold of “cat”/);
      const nameless = await lint([{ label: "dog" }, { label: "", aliases: "cat" }]);
      assert.equal(nameless.wrong?.row, 1);
    });

    it("refuses a sentence without a place for the name", async () => {
      const { wrong } = await lint([{ label: "dog" }], { template: "a photo" });
      assert.equal(wrong?.row, null);
      assert.match(wrong.message, /\{name\}/);
    });

    it("compares the names alone where the chosen model is not there, and downloads nothing", async () => {
      const classes = [{ label: "dog" }, { label: "wolf", aliases: "dog" }];
      const answer = await lint(classes, { model: "absent" });
      assert.equal(answer.model, null);
      assert.match(answer.problem ?? "", /clip-vit-base-patch32/);
      assert.equal(answer.findings[0]?.kind, "duplicate-alias");
    });
  });

  describe("try", () => {
    const classes = [
      { label: "コーヒー", aliases: "espresso | coffee", alert: "info" },
      { label: "dog", aliases: "puppy" },
    ];

    it("ranks the classes for a word and names the alias that won", async () => {
      const { outcome, label, ranking, alert } = await tryOut({ classes, word: "Espressos" });
      assert.deepEqual([outcome, label, alert], ["class", "コーヒー", "info"]);
      assert.deepEqual(ranking[0]?.via, {
        candidate: "Espressos",
        alias: "espresso",
        kind: "alias",
      });
    });

    it("judges a photo by the words that are proposed for it", async () => {
      const answer = await tryOut({ classes, image: readPhoto("espresso.jpg") });
      assert.deepEqual([answer.mode, answer.label], ["slac", "コーヒー"]);
      assert.ok(answer.candidates.length > 1);
      assert.ok(answer.explanation);
    });

    it("says what is no image", async () => {
      const image = `data:image/jpeg;base64,${Buffer.from("no image").toString("base64")}`;
      const { status, answer } = await post("try", { classes, image });
      assert.notEqual(status, 200);
      assert.equal((answer as Complaint).code, "BAD_IMAGE");
    });

    it("reads no file and asks no host", async () => {
      for (const image of [path.join(photos, "dog.jpg"), "http://127.0.0.1/dog.jpg"]) {
        const { status } = await post("try", { classes, image });
        assert.notEqual(status, 200, image);
      }
    });

    it("says that a model is not there", async () => {
      const { status, answer } = await post("try", { classes, word: "dog", model: "absent" });
      assert.notEqual(status, 200);
      assert.equal((answer as Complaint).code, "EMBEDDER_UNAVAILABLE");
    });
  });
});
