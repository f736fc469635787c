import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import helper from "node-red-node-test-helper";

import { ExampleStore } from "../../lib/examples/example-store";
import { Learner, type Subject } from "../../lib/learn/learner";
import type { Lesson, Settlement } from "../../lib/learn/lessons";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import type { LearnedAnswer } from "../../nodes/admin/describe-learned";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type Flow } from "../helpers/flow";
import { removeFolder } from "../helpers/remove-folder";

const CLASSES = [
  { id: "screw", label: "Screw", aliases: ["bolt"], not: ["pin"] },
  { id: "nail", label: "釘" },
];
const TYPED = createVocabulary(CLASSES);

describe("admin endpoints of what a vocabulary has learned", () => {
  let flow: Flow;
  let userDir: string;
  let learner: Learner;
  let photo: Buffer;

  before(async () => {
    photo = await readFile(path.join(__dirname, "../../examples/photos/rocket.jpg"));
  });
  beforeEach(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "tlac-learned-"));
    const folder = path.join(userDir, "tlac", "vocabularies", "v1");
    learner = new Learner(folder, ExampleStore.open(path.join(folder, "examples")));
    flow = await startFlow([tlacVocabulary], { id: "n", type: "end" }, [], { userDir });
  });
  afterEach(async () => {
    await flow.close();
    await removeFolder(userDir);
  });

  const post = async (name: string, body: object = {}, lang = "en-US") => {
    const {
      status,
      body: answer,
      text,
    } = await helper
      .request()
      .post(`/tlac/vocabulary/learned/${name}?lang=${lang}`)
      .send({ vocabulary: "v1", classes: CLASSES, ...body });
    return { status, answer: answer as Record<string, unknown>, text };
  };
  const list = async (lang?: string): Promise<LearnedAnswer> => {
    const { status, answer, text } = await post("list", {}, lang);
    assert.equal(status, 200, text);
    return answer as unknown as LearnedAnswer;
  };
  const teach = async (
    word: string | null,
    correct: string | null | undefined,
    more: Partial<Subject> = {},
  ): Promise<string> => {
    const subject = { decision: randomUUID(), chosen: null, word, picture: null, ...more };
    const said = correct === undefined ? {} : { correct };
    return (await learner.teach(subject, { ...said, who: "Ito" }, TYPED)).lesson.id;
  };
  const namesOf = ({ names }: LearnedAnswer): string[] =>
    names.map(({ kind, name, label, lessons }) => `${kind} ${name} ${label} ${lessons}`);

  it("tell what was taught, and how the table takes it over", async () => {
    await teach("metal pin", "nail");
    await teach("Metal Pin", "nail");
    await teach("washer", null, { chosen: "screw" });
    const answer = await list();
    assert.deepEqual(namesOf(answer), ["alias metal pin 釘 2", "not washer Screw 1"]);
    assert.deepEqual(
      answer.names.map(({ take }) => take.set),
      [
        [{ row: 1, column: "aliases", value: "metal pin" }],
        [{ row: 0, column: "not", value: "pin | washer" }],
      ],
    );
    assert.deepEqual(
      answer.lessons.map(({ label, was, word, who }) => [label, was, word, who]),
      [
        ["none of the classes", "Screw", "washer", "Ito"],
        ["釘", null, "Metal Pin", "Ito"],
        ["釘", null, "metal pin", "Ito"],
      ],
    );
    assert.equal((await list("ja")).lessons[0]?.label, "該当なし");
  });

  it("settle a word of which people, or people and the table, say different things", async () => {
    await teach("bolt", "nail");
    await teach("pin", "screw");
    await teach("screw", "nail");
    const { held } = await list();
    assert.deepEqual(
      held.map(({ word, claims }) => [
        word,
        claims.map(({ label, lessons, typed, fixes }) => [
          label,
          lessons,
          typed,
          fixes?.flatMap(({ set }) => set) ?? null,
        ]),
      ]),
      [
        [
          "bolt",
          [
            ["釘", 1, false, [{ row: 0, column: "aliases", value: "" }]],
            ["Screw", 0, true, []],
          ],
        ],
        ["pin", [["Screw", 1, true, [{ row: 0, column: "not", value: "" }]]]],
        [
          "screw",
          [
            ["釘", 1, false, null],
            ["Screw", 0, true, []],
          ],
        ],
      ],
    );
    await post("settle", { word: "screw", class: null });
    await post("settle", { word: "bolt", class: "nail" });
    const settled = await list();
    assert.deepEqual(
      settled.held.map(({ word }) => word),
      ["pin"],
    );
    assert.deepEqual(settled.settled, [
      { word: "screw", label: null },
      { word: "bolt", label: "釘" },
    ]);
    // Once the table has given it up, it is a name.
    const [, nail] = CLASSES;
    const { answer } = await post("list", { classes: [{ id: "screw", label: "Screw" }, nail] });
    assert.deepEqual(namesOf(answer as unknown as LearnedAnswer), [
      "alias bolt 釘 0",
      "alias pin Screw 1",
    ]);
    await post("settle", { word: "screw" });
    assert.deepEqual((await list()).held.length, 2);
  });

  it("show a word as it will be settled, and settle nothing by that", async () => {
    await teach("bolt", "nail");
    const [, nail] = CLASSES;
    const classes = [{ id: "screw", label: "Screw" }, nail];
    const settling = [{ word: "bolt", class: "nail" }];
    const { answer } = await post("list", { classes, settling });
    assert.deepEqual(namesOf(answer as unknown as LearnedAnswer), ["alias bolt 釘 0"]);
    assert.deepEqual((await post("list", { settling: [7, { word: 7 }, null] })).status, 200);
    const { held, settled } = await list();
    assert.deepEqual([held.length, settled.length], [1, 0]);
  });

  it("are counted where they are more than anybody reads", async () => {
    const time = new Date().toISOString();
    const settle = (at: number): Settlement => ({
      ...{ kind: "settle", id: randomUUID(), time, word: `word ${String(at)}`, class: null },
    });
    const dispute = (at: number, correct: string): Lesson => ({
      ...{ kind: "lesson", id: randomUUID(), time, decision: randomUUID(), correct, who: "" },
      ...{
        chosen: null,
        word: `thing ${"abcdefghij"[at % 10]}${"klmnopqrstuvwxyz"[at >> 4]}${"qrstuvwxyzabcdef"[at & 15]}`,
      },
      ...{ heldOut: false, example: null },
    });
    const numbers = Array.from({ length: 203 }, (_, at) => at);
    await learner.takeOver([
      ...numbers.map(settle),
      ...numbers.flatMap((at) => [dispute(at, "screw"), dispute(at, "nail")]),
    ]);
    const { held, settled, more } = await list();
    assert.deepEqual([held.length, settled.length], [200, 200]);
    assert.deepEqual(more, { names: 0, held: 3, settled: 3, lessons: 356 });
  });

  it("take a correction back with its picture", async () => {
    const id = await teach("metal pin", "nail", { picture: photo });
    const [lesson] = (await list()).lessons;
    assert.equal(lesson?.id, id);
    assert.match(lesson.file ?? "", /^nail\/.*\.jpg$/);
    assert.equal((await post("undo", { lesson: id })).status, 200);
    const after = await list();
    assert.deepEqual([after.names, after.lessons], [[], []]);
    const { classes } = await learner.examples.list(TYPED);
    assert.deepEqual(classes.get("nail") ?? [], []);
    const again = await post("undo", { lesson: id }, "ja");
    assert.equal(again.status, 400);
    assert.match(String(again.answer.message), /[ぁ-ん]/);
  });

  it("export all of it as one file, and import that once", async () => {
    await teach("metal pin", "nail", { picture: photo });
    await teach("washer", null, { chosen: "screw" });
    const { text } = await post("export");
    const lines = text.trim().split("\n");
    assert.equal(lines.length, 4);
    const imported = await post("import", { vocabulary: "v2", lines });
    assert.deepEqual(imported.answer, { lessons: 2, pictures: 1, leftOut: 0 });
    assert.deepEqual(await list(), (await post("list", { vocabulary: "v2" })).answer);
    const twice = await post("import", { vocabulary: "v2", lines });
    assert.equal(twice.answer.lessons, 0);
    for (const wrong of [[], ["{}"], ["label,aliases"], [7]]) {
      const { status, answer } = await post("import", { vocabulary: "v2", lines: wrong });
      assert.deepEqual([status, answer.code], [400, "BAD_MESSAGE"], String(wrong));
    }
  });

  it("refuse what is no vocabulary", async () => {
    for (const name of ["list", "settle", "undo", "import", "export"]) {
      const { status, answer } = await post(name, { vocabulary: "" });
      assert.deepEqual([status, answer.code], [400, "BAD_MESSAGE"], name);
    }
    const broken = await post("export", { classes: [{ label: "" }] });
    assert.deepEqual([broken.status, broken.answer.code], [400, "BAD_CONFIG"]);
  });
});
