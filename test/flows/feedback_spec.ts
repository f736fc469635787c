import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { NodeMessageInFlow } from "node-red";

import { DecisionRecord } from "../../lib/record/record";
import type { Result } from "../../lib/tlac/result";
import clipMatch from "../../nodes/clip-match";
import type { Answered } from "../../nodes/runtime/record/give-answer";
import tlac from "../../nodes/tlac";
import tlacFeedback from "../../nodes/tlac-feedback";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { removeFolder } from "../helpers/remove-folder";
import { collect } from "../record/decisions";

const PHOTOS = path.join(__dirname, "..", "..", "examples", "photos");
const CLASSES = "rocket = ロケット\ngiant panda = パンダ";

const resultOf = (message: NodeMessageInFlow): Result => message.payload as Result;
const answerOf = (message: NodeMessageInFlow): Answered => message.payload as Answered;

describe("corrections in a flow", function () {
  this.timeout(20_000);
  let flow: Flow;
  let userDir: string;
  let cat: Buffer;

  before(async () => {
    cat = await readFile(path.join(PHOTOS, "cat.jpg"));
  });
  beforeEach(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), "tlac-feedback-"));
  });
  afterEach(async () => {
    await flow.close();
    await removeFolder(userDir);
  });

  async function start(vocabulary: object = {}, node: object = {}): Promise<void> {
    const words = { ...dragNode("tlac-vocabulary", "words"), classes: CLASSES, ...vocabulary };
    const teach = { ...dragNode("tlac-feedback", "teach"), z: "tab", x: 0, y: 0 };
    flow = await startFlow(
      [tlac, clipMatch, tlacVocabulary, tlacFeedback],
      { ...dragNode("tlac"), vocabulary: "words", ...node },
      [words, { ...teach, wires: [["door3"]] }],
      { userDir },
    );
  }
  const classify = async (door: "door1" | "door2"): Promise<Result> => {
    flow.send("n", { payload: cat, topic: "line 1" });
    return resultOf(await flow.next(door));
  };
  const teach = async (payload: unknown): Promise<Answered> => {
    flow.send("teach", { payload });
    return answerOf(await flow.next("door3"));
  };
  const caught = async (): Promise<CaughtMessage["error"]> =>
    ((await flow.next("caught")) as CaughtMessage).error;

  it("count for the next picture, and are taken back whole", async () => {
    await start();
    const stranger = await classify("door2");
    const answer = await teach({ id: stranger.id, correct: "ロケット", who: "Ito" });
    assert.deepEqual(
      [answer.id, answer.camera, answer.correct, answer.label, answer.was, answer.who],
      [stranger.id, "line 1", "rocket", "rocket", null, "Ito"],
    );
    assert.deepEqual(
      answer.learned.map(({ kind, class: id, gone }) => [kind, id, gone]),
      [
        ["example", "rocket", false],
        ["alias", "rocket", false],
      ],
    );
    assert.match(answer.explanation, /is an example of rocket from now on\. “.+” is a name of/);
    const known = await classify("door1");
    assert.equal(known.class, "rocket");
    assert.ok(known.confidence > stranger.confidence);
    const undone = await teach({ id: stranger.id, undo: true });
    assert.equal(undone.undone, true);
    assert.ok(undone.learned.every(({ gone }) => gone));
    const again = await classify("door2");
    assert.equal(again.confidence, stranger.confidence);
  });

  it("are taken back whole, wherever the vocabulary was deployed meanwhile", async () => {
    await start();
    const { id } = await classify("door2");
    const { learned } = await teach({ id, correct: "rocket", who: "I".repeat(100_000) });
    assert.equal(learned[0]?.kind, "example");
    await flow.close();
    const elsewhere = { vocabulary: "", classes: "cat, dog" };
    await start({ id: "other" }, elsewhere);
    const undone = await teach({ id, undo: true });
    assert.deepEqual(
      undone.learned.map(({ kind, gone }) => [kind, gone]),
      [["example", true]],
    );
    // It is noted what is right, but nobody can be taught here.
    const noted = await teach({ id, correct: "x".repeat(100_000), who: "I".repeat(100_000) });
    assert.deepEqual([noted.correct?.length, noted.who.length], [200, 200]);
    await flow.close();
    await start();
    assert.equal((await classify("door2")).class, null);
    const back = await teach({ id, undo: true });
    assert.deepEqual([back.undone, back.learned], [true, []]);
    assert.match(back.explanation, /had taught nothing/);
    flow.send("teach", { payload: { id, undo: true } });
    assert.equal((await caught()).code, "BAD_MESSAGE");
  });

  it("come as JSON from MQTT, and by the class's id, label or alias", async () => {
    await start();
    const { id } = await classify("door2");
    const text = JSON.stringify({ id, correct: "パンダ" });
    assert.equal((await teach(Buffer.from(text))).correct, "giant-panda");
    assert.equal((await teach(text)).correct, "giant-panda");
    assert.equal((await teach({ id, correct: null })).correct, null);
    assert.equal("correct" in (await teach({ id, wrong: true })), false);
  });

  it("fail with a sentence where there is nothing to correct", async () => {
    await start();
    const { id } = await classify("door2");
    for (const payload of [
      null,
      7,
      "no JSON",
      Buffer.from("[]"),
      { id },
      { id: "../../etc", correct: null },
      { id: id.replace(/^./, "0").replace(/.$/, "0"), correct: null },
      { id, correct: "washer" },
      { id, undo: true },
    ]) {
      flow.send("teach", { payload });
      const { code, message } = await caught();
      assert.equal(code, "BAD_MESSAGE", message);
      assert.doesNotMatch(message, /\{\{/);
    }
    assert.deepEqual(await readdir(path.join(userDir, "tlac", "vocabularies")).catch(() => []), []);
  });

  it("need a record, which keeps what the vocabulary says", async () => {
    await start({ record: "" });
    const { id } = await classify("door2");
    flow.send("teach", { payload: { id, correct: null } });
    assert.equal((await caught()).code, "BAD_MESSAGE");
    await flow.close();
    await start({ record: "review" });
    const stranger = await classify("door2");
    flow.send("n", { payload: await readFile(path.join(PHOTOS, "giant-panda.jpg")) });
    const panda = resultOf(await flow.next("door1"));
    await flow.close();
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    const all = await collect(record.read());
    assert.deepEqual(
      all.map(({ entry }) => [entry.id, entry.node, entry.camera, entry.vocabulary.id]),
      [
        [stranger.id, "n", "line 1", "words"],
        [panda.id, "n", null, "words"],
      ],
    );
    assert.ok(all.every(({ entry }) => entry.answers.length > 0));
    const pictures = await Promise.all(all.map((one) => record.readPicture(one)));
    assert.deepEqual(
      pictures.map((picture) => picture !== null),
      [true, false],
    );
  });

  it("reach a repeat of an unchanged scene, of which nothing else is written down", async () => {
    await start();
    const first = await classify("door2");
    const [unnoticed, again] = [await classify("door2"), await classify("door2")];
    assert.deepEqual([unnoticed.cached.frame, again.cached.frame], [true, true]);
    const answer = await teach({ id: again.id, correct: "rocket" });
    assert.deepEqual([answer.id, answer.camera, answer.label], [again.id, "line 1", "rocket"]);
    assert.equal((await teach({ id: again.id, undo: true })).undone, true);
    await flow.close();
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    const all = await collect(record.read());
    assert.deepEqual(
      all.map(({ entry }) => entry.id),
      [first.id, again.id],
    );
  });

  it("teach clip-match as well", async () => {
    await start({ record: "all" }, { ...dragNode("clip-match"), vocabulary: "words" });
    flow.send("n", { payload: cat });
    const { id, class: first } = resultOf(await flow.next("door2"));
    assert.equal(first, null);
    const { learned } = await teach({ id, correct: "rocket" });
    assert.deepEqual(
      learned.map(({ kind }) => kind),
      ["example"],
    );
    flow.send("n", { payload: cat });
    assert.equal(resultOf(await flow.next("door1")).class, "rocket");
  });

  it("show in the status what is right", async () => {
    await start();
    const { id } = await classify("door2");
    flow.send("teach", { payload: { id, correct: "rocket" } });
    assert.equal((await flow.statusWith("rocket")).fill, "green");
    flow.send("teach", { payload: { id, undo: true } });
    assert.equal((await flow.statusWith("taken back")).fill, "grey");
  });
});
