import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { appendFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import type { TlacError } from "../../lib/errors";
import { ExampleStore } from "../../lib/examples/example-store";
import { describeTaught } from "../../lib/learn/describe-taught";
import { Learner, resolveClass, type Change, type Subject } from "../../lib/learn/learner";
import { teachFrom, undoFrom } from "../../lib/learn/teach";
import { exportLearned, importLearned } from "../../lib/learn/transfer";
import { DecisionRecord } from "../../lib/record/record";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { paint, VOCABULARY, Workbench } from "../examples/workbench";
import { collect, decide } from "../record/decisions";

const WHO = "Ito";

describe("what people teach", () => {
  const bench = new Workbench();
  let folder: string;
  let learner: Learner;
  let painted = 0;

  before(() => bench.start());
  after(() => bench.stop());
  beforeEach(async () => {
    folder = path.dirname(await bench.root());
    learner = open(folder);
  });

  function open(place: string, mostPerClass?: number): Learner {
    const options = mostPerClass === undefined ? {} : { mostPerClass };
    const examples = ExampleStore.open(path.join(place, "examples"), options);
    return new Learner(place, examples);
  }
  const subject = async (word: string | null, more: Partial<Subject> = {}): Promise<Subject> => ({
    decision: randomUUID(),
    chosen: null,
    word,
    picture: await paint((painted += 1)),
    ...more,
  });
  const names = (changes: readonly Change[]): string[] =>
    changes.map(({ kind, class: id, name, gone }) =>
      `${gone ? "-" : "+"}${kind} ${id} ${kind === "alias" || kind === "not" ? name : ""}`.trim(),
    );
  const files = async (place = folder): Promise<string[]> =>
    (await readdir(path.join(place, "examples"), { recursive: true }).catch(() => []))
      .filter((name) => name.endsWith(".jpg") && !name.startsWith("."))
      .sort();
  const aliasesOf = async (id: string): Promise<readonly string[]> =>
    (await learner.extend(VOCABULARY)).classes.find((entry) => entry.id === id)?.aliases ?? [];
  const notOf = async (id: string): Promise<readonly string[]> =>
    (await learner.extend(VOCABULARY)).classes.find((entry) => entry.id === id)?.not ?? [];

  it("makes the picture an example and the LMM's word a name, and takes both back whole", async () => {
    assert.equal(await learner.extend(VOCABULARY), VOCABULARY);
    const told = await subject("metal pin");
    const { lesson, changes, held } = await learner.teach(
      told,
      { correct: "nail", who: WHO },
      VOCABULARY,
    );
    assert.deepEqual(names(changes), ["+example nail", "+alias nail metal pin"]);
    assert.equal(held, null);
    assert.deepEqual(await aliasesOf("nail"), ["metal pin"]);
    const { classes, digest } = await learner.extend(VOCABULARY);
    assert.notEqual(digest, VOCABULARY.digest);
    const { learned } = classes.find(({ id }) => id === "nail") ?? {};
    assert.deepEqual(learned, [{ name: "metal pin", trust: 2 / 3 }]);
    assert.equal((await files()).length, 1);
    const undone = await learner.undo(lesson.id, WHO, VOCABULARY);
    assert.deepEqual(names(undone.changes), ["-example nail", "-alias nail metal pin"]);
    assert.equal(await learner.extend(VOCABULARY), VOCABULARY);
    assert.deepEqual(await files(), []);
    await assert.rejects(learner.undo(lesson.id, WHO, VOCABULARY), { code: "BAD_MESSAGE" });
    // It can be taught again.
    await learner.teach(told, { correct: "nail", who: WHO }, VOCABULARY);
    assert.equal((await files()).length, 1);
  });

  it("lets a word that was wrongly taken for a class never mean it", async () => {
    const wrong = await subject("shiny thread", { chosen: "screw" });
    const { changes } = await learner.teach(wrong, { correct: null, who: WHO }, VOCABULARY);
    assert.deepEqual(names(changes), ["+not screw shiny thread"]);
    assert.deepEqual(await notOf("screw"), ["shiny thread"]);
    // Only "wrong", without a word what it is.
    const other = await learner.teach(
      await subject("grey dot", { chosen: "nail" }),
      { who: WHO },
      VOCABULARY,
    );
    assert.deepEqual(names(other.changes), ["+not nail grey dot"]);
    assert.deepEqual(await files(), []);
    // Left to a person, and none of the classes: the word did no harm.
    const stranger = await learner.teach(
      await subject("cat"),
      { correct: null, who: WHO },
      VOCABULARY,
    );
    assert.deepEqual(stranger.changes, []);
  });

  it("takes no word that says nothing, and none that was understood already", async () => {
    for (const word of [null, "object", "物体", "!", "a ".repeat(40), "12", "ねじ", "Bolts"]) {
      const told = await subject(word, { picture: null });
      const { changes } = await learner.teach(told, { correct: "screw", who: WHO }, VOCABULARY);
      assert.deepEqual(changes, [], String(word));
    }
    const right = await subject("threaded rod", { chosen: "screw", picture: null });
    await learner.teach(right, { correct: "screw", who: WHO }, VOCABULARY);
    assert.equal(await learner.extend(VOCABULARY), VOCABULARY);
  });

  it("holds a word that is another class's name, and one of which people say different things", async () => {
    const typed = await learner.teach(
      await subject("bolts", { chosen: "screw" }),
      { correct: "nail", who: WHO },
      VOCABULARY,
    );
    assert.deepEqual(names(typed.changes), ["+example nail"]);
    assert.deepEqual(typed.held?.claims, [
      { class: "nail", lessons: 1, typed: false },
      { class: "screw", lessons: 0, typed: true },
    ]);
    const say = async (correct: string | null): ReturnType<Learner["teach"]> =>
      learner.teach(await subject("pin"), { correct, who: WHO }, VOCABULARY);
    await say("nail");
    assert.deepEqual(await aliasesOf("nail"), ["pin"]);
    // What was learned of it no longer counts either.
    const against = await say("screw");
    assert.deepEqual(names(against.changes), ["+example screw", "-alias nail pin"]);
    assert.deepEqual(against.held?.word, "pin");
    const { held } = await learner.readLearned(VOCABULARY);
    assert.deepEqual(
      held.map(({ word }) => word),
      ["bolts", "pin"],
    );
    await learner.undo(against.lesson.decision, WHO, VOCABULARY);
    assert.deepEqual(await aliasesOf("nail"), ["pin"]);
  });

  it("keeps to what a person settled", async () => {
    await learner.teach(await subject("pin"), { correct: "nail", who: WHO }, VOCABULARY);
    await learner.teach(await subject("pin"), { correct: "screw", who: WHO }, VOCABULARY);
    await learner.settle("pins", "screw");
    assert.deepEqual(await aliasesOf("screw"), ["bolt", "pins"]);
    await learner.teach(await subject("pin"), { correct: "nail", who: WHO }, VOCABULARY);
    assert.deepEqual((await learner.readLearned(VOCABULARY)).held, []);
    assert.deepEqual(await aliasesOf("nail"), []);
    await learner.settle("pin", null);
    assert.equal(await learner.extend(VOCABULARY), VOCABULARY);
    await learner.settle("pin");
    assert.equal((await learner.readLearned(VOCABULARY)).held.length, 1);
  });

  it("lets a second word on one decision take the place of the first", async () => {
    const told = await subject("pin");
    const first = await learner.teach(told, { correct: "nail", who: WHO }, VOCABULARY);
    const again = await learner.teach(told, { correct: "nail", who: "Sato" }, VOCABULARY);
    assert.deepEqual([again.lesson.id, again.changes], [first.lesson.id, []]);
    const second = await learner.teach(told, { correct: "screw", who: WHO }, VOCABULARY);
    assert.deepEqual(names(second.changes).sort(), [
      "+alias screw pin",
      "+example screw",
      "-alias nail pin",
      "-example nail",
    ]);
    assert.deepEqual(
      (await files()).map((file) => path.dirname(file)),
      ["screw"],
    );
    await learner.undo(told.decision, WHO, VOCABULARY);
    assert.deepEqual(
      (await files()).map((file) => path.dirname(file)),
      ["nail"],
    );
    assert.deepEqual(await aliasesOf("nail"), ["pin"]);
    await learner.undo(told.decision, WHO, VOCABULARY);
    assert.deepEqual(await files(), []);
  });

  it("keeps every tenth confirmed picture out, to test what was learned", async () => {
    const held: boolean[] = [];
    const options = { holdOutEvery: 10 };
    for (let count = 0; count < 20; count++) {
      const told = await subject(`word ${count} x`);
      const correction = { correct: "nail", who: WHO };
      const { lesson } = await learner.teach(told, correction, VOCABULARY, options);
      held.push(lesson.heldOut);
    }
    assert.deepEqual(
      held.flatMap((one, place) => (one ? [place] : [])),
      [9, 19],
    );
    assert.equal((await files()).length, 18);
    assert.equal((await aliasesOf("nail")).length, 18);
  });

  it("does not take over a picture that another class has", async () => {
    const told = await subject("pin");
    await learner.teach(told, { correct: "nail", who: WHO }, VOCABULARY);
    const same = { ...told, decision: randomUUID(), word: "rod" };
    const taught = await learner.teach(same, { correct: "screw", who: WHO }, VOCABULARY);
    assert.equal(taught.lesson.contested, "釘");
    assert.match(describeTaught(taught, VOCABULARY, "en-US"), /already, so it was not taken over/);
    assert.equal((await files()).length, 1);
    // Two decisions of one picture: it stays as long as one of them stands.
    const twice = { ...told, decision: randomUUID() };
    await learner.teach(twice, { correct: "nail", who: WHO }, VOCABULARY);
    await learner.undo(told.decision, WHO, VOCABULARY);
    assert.equal((await files()).length, 1);
  });

  it("brings back the picture that made room", async () => {
    learner = open(folder, 2);
    for (let count = 0; count < 2; count++) {
      await learner.teach(await subject(null), { correct: "nail", who: WHO }, VOCABULARY);
    }
    const before = await files();
    const { lesson } = await learner.teach(
      await subject(null),
      { correct: "nail", who: WHO },
      VOCABULARY,
    );
    assert.notDeepEqual(await files(), before);
    await learner.undo(lesson.id, WHO, VOCABULARY);
    assert.deepEqual(await files(), before);
  });

  it("finds the class that a person means", () => {
    for (const name of ["nail", "釘", "Nail"]) assert.equal(resolveClass(name, VOCABULARY), "nail");
    assert.equal(resolveClass("Good", VOCABULARY), "OK");
    const two = createVocabulary([
      { id: "a", label: "A", aliases: ["pin"] },
      { id: "b", label: "B", aliases: ["pins"] },
    ]);
    assert.throws(() => resolveClass("pin", two), { key: "learn.several-classes" });
    assert.throws(() => resolveClass("washer", two), { key: "learn.no-class" });
  });

  it("reads what another process teaches, and past a line that was cut", async () => {
    const other = open(folder);
    await learner.teach(await subject("pin"), { correct: "nail", who: WHO }, VOCABULARY);
    assert.equal((await other.readLearned(VOCABULARY)).names.length, 1);
    const journal = path.join(folder, "lessons.jsonl");
    await appendFile(journal, '{"kind":"lesson","id":"');
    await other.teach(await subject("rod"), { correct: "nail", who: WHO }, VOCABULARY);
    assert.equal((await learner.readLearned(VOCABULARY)).names.length, 2);
    assert.equal((await open(folder).readLearned(VOCABULARY)).names.length, 2);
    // Somebody has deleted it.
    await rm(journal);
    assert.equal(await learner.extend(VOCABULARY), VOCABULARY);
  });

  it("changes nothing where it cannot write", async () => {
    const blocked = path.join(folder, "blocked");
    await writeFile(blocked, "a file where the folder should be");
    learner = new Learner(blocked, ExampleStore.open(path.join(folder, "examples")));
    const teaching = learner.teach(await subject("pin"), { correct: "nail", who: WHO }, VOCABULARY);
    await assert.rejects(teaching, (error: TlacError) => {
      assert.deepEqual([error.key, error.code], ["learn.not-writable", "BAD_CONFIG"]);
      return true;
    });
    assert.deepEqual(await files(), []);
    await assert.rejects(
      learner.teach(await subject("pin"), { correct: "washer", who: WHO }, VOCABULARY),
      { key: "learn.no-class" },
    );
  });

  it("never has more names than a vocabulary holds", async () => {
    for (let count = 0; count < 120; count++) {
      const word = `pin ${String.fromCharCode(97 + (count % 26))}${"x".repeat(count / 26)} q`;
      const told = await subject(word, { picture: null });
      await learner.teach(told, { correct: "nail", who: WHO }, VOCABULARY);
    }
    assert.equal((await aliasesOf("nail")).length, 100);
  });

  it("goes to another plant as one file", async () => {
    await learner.teach(await subject("pin"), { correct: "nail", who: WHO }, VOCABULARY);
    await learner.teach(
      await subject("rod", { chosen: "nail" }),
      { correct: null, who: WHO },
      VOCABULARY,
    );
    const taken = await subject("hook");
    const { lesson } = await learner.teach(taken, { correct: "OK", who: WHO }, VOCABULARY);
    await learner.settle("hook", "screw");
    const lines = (await collect(exportLearned(learner, VOCABULARY))).join("").split("\n");
    const place = path.dirname(await bench.root());
    const there = open(place);
    assert.deepEqual(await importLearned(there, VOCABULARY, lines), {
      lessons: 4,
      pictures: 2,
      leftOut: 0,
    });
    assert.deepEqual(await there.readLearned(VOCABULARY), await learner.readLearned(VOCABULARY));
    assert.deepEqual(await files(place), await files());
    const again = await importLearned(there, VOCABULARY, [...lines, "{}", "no line of ours"]);
    assert.deepEqual([again.lessons, again.leftOut], [0, 2]);
    await there.undo(lesson.id, WHO, VOCABULARY);
    assert.equal((await files(place)).length, 1);
    await assert.rejects(importLearned(there, VOCABULARY, ["{}"]), { key: "learn.bad-file" });
    await assert.rejects(importLearned(there, VOCABULARY, []), { key: "learn.bad-file" });
    const few = createVocabulary([{ id: "nail", label: "釘" }]);
    const fewer = open(path.dirname(await bench.root()));
    assert.deepEqual(await importLearned(fewer, few, lines), {
      lessons: 4,
      pictures: 1,
      leftOut: 1,
    });
  });

  it("says in both languages what it has learned", async () => {
    const taught = await learner.teach(
      await subject("metal pin"),
      { correct: "nail", who: WHO },
      VOCABULARY,
    );
    assert.equal(
      describeTaught(taught, VOCABULARY, "en-US"),
      "The picture is an example of 釘 from now on. “metal pin” is a name of 釘 from now on.",
    );
    assert.equal(
      describeTaught(taught, VOCABULARY, "ja"),
      "この画像は、今後釘の見本として使います。「metal pin」を、今後釘の名前として扱います。",
    );
  });

  describe("from a decision of the record", () => {
    let record: DecisionRecord;
    beforeEach(() => {
      record = DecisionRecord.open(path.join(folder, "record"));
    });
    afterEach(() => record.close());

    it("notes the answer, and that it was taken back", async () => {
      const decision = decide({ outcome: "unknown", candidates: ["steel pin"] });
      const { id } = decision.result;
      const jpeg = await paint(1_000);
      await record.append(decision, { jpeg, width: 48, height: 48 });
      const school = { record, learner, vocabulary: VOCABULARY };
      const correction = { correct: "nail", who: WHO };
      const { changes, lesson } = await teachFrom(school, await record.get(id), correction);
      assert.deepEqual(names(changes), ["+example nail", "+alias nail steel pin"]);
      const { standing } = await record.get(id);
      assert.deepEqual(
        [standing?.answer?.id, standing?.answer?.correct, standing?.answer?.who],
        [lesson.id, "nail", WHO],
      );
      await teachFrom(school, await record.get(id), correction);
      assert.equal((await collect(record.readConfirmed())).length, 1);
      await undoFrom(school, id, WHO);
      assert.equal((await record.get(id)).standing?.answer, null);
      assert.deepEqual(await files(), []);
    });

    it("learns nothing where the answer cannot be noted", async () => {
      const decision = decide({ outcome: "unknown", candidates: ["steel pin"] });
      await record.append(decision);
      const recorded = await record.get(decision.result.id);
      await record.close();
      await rm(record.root, { recursive: true });
      const school = { record: DecisionRecord.open(record.root), learner, vocabulary: VOCABULARY };
      await assert.rejects(teachFrom(school, recorded, { correct: "nail", who: WHO }));
      assert.equal(await learner.extend(VOCABULARY), VOCABULARY);
    });
  });
});
