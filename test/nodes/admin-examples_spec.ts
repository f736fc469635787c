import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import helper from "node-red-node-test-helper";
import sharp from "sharp";

import type { AddedExample, ExamplesAnswer, ShownExamples } from "../../nodes/admin/examples";
import type { Complaint } from "../../nodes/admin/reply";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type Flow } from "../helpers/flow";

const photos = path.join(__dirname, "..", "..", "examples", "photos");
const readPhoto = (name: string): string =>
  `data:image/jpeg;base64,${readFileSync(path.join(photos, `${name}.jpg`)).toString("base64")}`;

/** One of these, by the endpoint and its status. */
type Answer = ExamplesAnswer & AddedExample & ShownExamples & Complaint;

const classes = [{ label: "Rocket" }, { id: "NG", label: "不良" }];

describe("admin endpoints of a vocabulary's examples", () => {
  let flow: Flow;
  let userDir: string;
  before(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "tlac-examples-"));
    flow = await startFlow([tlacVocabulary], { id: "n", type: "end" }, [], { userDir });
  });
  after(async () => {
    await flow.close();
    await rm(userDir, { recursive: true, force: true });
  });
  afterEach(() => rm(path.join(userDir, "tlac"), { recursive: true, force: true }));

  const root = (): string => path.join(userDir, "tlac", "vocabularies", "v1", "examples");
  const post = async (name: string, body: object, lang = "en-US") => {
    const { status, body: answer } = await helper
      .request()
      .post(`/tlac/vocabulary/examples/${name}?lang=${lang}`)
      .send({ vocabulary: "v1", classes, ...body });
    return { status, answer: answer as Answer };
  };
  const list = async (): Promise<ExamplesAnswer> => (await post("list", {})).answer;
  const add = (row: unknown, image: unknown) => post("add", { row, image });

  it("list nothing before anybody has added anything, and make no folder", async () => {
    assert.deepEqual(await list(), {
      classes: [
        { id: "rocket", files: [] },
        { id: "NG", files: [] },
      ],
      leftOut: [],
    });
    await assert.rejects(readdir(path.join(userDir, "tlac")), { code: "ENOENT" });
  });

  it("keep a picture for a class, show it small, remove it and put it back", async () => {
    const { status, answer } = await add(1, readPhoto("rocket"));
    assert.equal(status, 200);
    assert.deepEqual([answer.id, answer.removed], ["NG", null]);
    const [, ng] = (await list()).classes;
    assert.deepEqual(ng, { id: "NG", files: [answer.file] });
    const shown = await post("show", { files: [answer.file] });
    const [picture] = shown.answer.pictures;
    const { format, width, height } = await sharp(
      Buffer.from(picture?.jpeg ?? "", "base64"),
    ).metadata();
    assert.deepEqual([format, Math.max(width, height), picture?.problem], ["jpeg", 96, null]);
    assert.equal((await post("remove", { file: answer.file })).status, 200);
    assert.deepEqual((await list()).classes[1]?.files, []);
    const again = await post("remove", { file: answer.file }, "ja");
    assert.equal(again.status, 400);
    assert.match(again.answer.message ?? "", /もうありません/);
    assert.equal((await post("restore", { file: answer.file })).status, 200);
    assert.deepEqual((await list()).classes[1]?.files, [answer.file]);
  });

  it("say why a picture cannot be kept", async () => {
    await add(0, readPhoto("rocket"));
    const other = await add(1, readPhoto("rocket"));
    assert.deepEqual([other.status, other.answer.code], [400, "BAD_MESSAGE"]);
    assert.match(other.answer.message ?? "", /Rocket/);
    for (const image of ["", undefined, "data:image/jpeg;base64,bm8=", "bm8gcGljdHVyZQ=="]) {
      assert.equal((await add(0, image)).answer.code, "BAD_IMAGE", String(image));
    }
    for (const row of [2, -1, "x", undefined, "__proto__"]) {
      assert.equal((await add(row, readPhoto("dog"))).answer.code, "BAD_MESSAGE", String(row));
    }
    const broken = await post("list", { classes: [{ label: "" }] });
    assert.deepEqual([broken.status, broken.answer.code], [400, "BAD_CONFIG"]);
    assert.equal((await post("list", { vocabulary: "" })).status, 400);
    assert.equal((await post("list", { vocabulary: ["v1"] })).status, 400);
  });

  it("name what a person has put there that counts for no class", async () => {
    await mkdir(path.join(root(), "washer"), { recursive: true });
    await writeFile(path.join(root(), "washer", "1.jpg"), "x");
    await mkdir(path.join(root(), "不良品 "), { recursive: true });
    await mkdir(path.join(root(), "Rockets"), { recursive: true });
    await writeFile(path.join(root(), "Rockets", "no picture.jpg"), "x");
    const { classes: found, leftOut } = await list();
    assert.deepEqual(found[0]?.files, ["Rockets/no picture.jpg"]);
    assert.equal(leftOut.length, 2);
    assert.match(leftOut[0] ?? "", /washer.*1 file\)/);
    const { answer } = await post("show", {
      files: ["Rockets/no picture.jpg", "Rockets/gone.jpg", "../../../../settings.js", 7, null],
    });
    assert.equal(answer.pictures.length, 5);
    for (const { jpeg, problem } of answer.pictures) assert.ok(jpeg === null && problem);
  });

  it("stay inside the user directory, whatever a vocabulary is called", async () => {
    for (const id of ["../../evil", "..", "/etc", "a\\b", "CON"]) {
      const { status } = await post("add", {
        vocabulary: id,
        row: 0,
        image: readPhoto("dog"),
      });
      assert.equal(status, 200, id);
    }
    assert.deepEqual(await readdir(path.join(userDir, "tlac")), ["vocabularies"]);
    assert.equal((await readdir(path.join(userDir, "tlac", "vocabularies"))).length, 5);
  });
});
