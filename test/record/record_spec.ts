import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import sharp from "sharp";

import { TlacError } from "../../lib/errors";
import { DecisionRecord, type RecordState } from "../../lib/record/record";
import { removeFolder } from "../helpers/remove-folder";
import { collect, decide, idsOf, newRoot, picture } from "./decisions";

const NOBODY = "6f1e2d3c-0000-4000-8000-000000000000";

describe("the record of decisions", function () {
  this.timeout(20_000);
  let root: string;
  const records: DecisionRecord[] = [];

  const open = (bounds?: Parameters<typeof DecisionRecord.open>[1]): DecisionRecord => {
    const record = DecisionRecord.open(root, bounds);
    records.push(record);
    return record;
  };
  const journals = async (): Promise<string[]> =>
    (await readdir(root)).sort().map((name) => path.join(root, name, "journal.jsonl"));

  beforeEach(async () => {
    root = await newRoot();
  });
  afterEach(async () => {
    for (const record of records.splice(0)) await record.close();
    await removeFolder(root);
  });

  it("gives back a decision as it was made, with its picture", async () => {
    const record = open();
    const decision = decide({ camera: "ライン 1" });
    assert.equal(await record.append(decision, await picture(1_600, 400)), true);
    // Another process, later.
    const found = await open().get(decision.result.id);
    const { kind, id, ...rest } = found.entry;
    assert.deepEqual([kind, id], ["decision", decision.result.id]);
    assert.deepEqual(rest, JSON.parse(JSON.stringify(decision)));
    const jpeg = await record.readPicture(found);
    const { width, height, format } = await sharp(jpeg!).metadata();
    assert.deepEqual([width, height, format], [768, 192, "jpeg"]);
  });

  it("tells of what was said of decisions, not of every decision", async () => {
    const record = open();
    let heard = 0;
    const stop = record.onNote(() => (heard += 1));
    const decision = decide();
    await record.append(decision);
    assert.equal(heard, 0);
    const note = { decision: decision.result.id, who: "" } as const;
    const { id } = await record.note({ ...note, kind: "answer", correct: null, heldOut: false });
    await record.note({ ...note, kind: "undo", answer: id });
    assert.equal(heard, 2);
    stop();
    await record.note({ kind: "review", decision: note.decision, queue: "n" });
    assert.equal(heard, 2);
  });

  it("finds at once what was appended at once", async () => {
    const record = open();
    const decision = decide();
    void record.append(decision);
    assert.equal((await record.find(decision.result.id))?.entry.id, decision.result.id);
    assert.equal(await record.find(NOBODY), undefined);
    assert.equal(await record.find("../../etc/passwd"), undefined);
    await assert.rejects(record.get(NOBODY), { code: "BAD_MESSAGE", key: "record.no-decision" });
  });

  it("reads by time, forwards and backwards, across the segments of several processes", async () => {
    // A segment of its own for every few decisions.
    const bounds = { mostBytes: 100_000, mostDays: 30 };
    const two = [open(bounds), open(bounds)];
    const decisions: ReturnType<typeof decide>[] = [];
    for (let place = 0; place < 40; place++) {
      const decision = decide();
      decisions.push(decision);
      await two[place % 2]!.append(decision);
      // No two in one millisecond.
      await sleep(2);
    }
    assert.ok((await readdir(root)).length > 4);
    const ids = decisions.map(({ result }) => result.id);
    const reader = open();
    assert.deepEqual(idsOf(await collect(reader.read())), ids);
    assert.deepEqual(idsOf(await collect(reader.read({ newestFirst: true }))), [...ids].reverse());
    const [from, to] = [10, 20].map((place) => Date.parse(decisions[place]!.time));
    const span = { from: from!, to: to! };
    assert.deepEqual(idsOf(await collect(reader.read(span))), ids.slice(10, 20));
  });

  it("loses no more than the last line, wherever the power is cut", async () => {
    const record = open();
    const decisions = [decide(), decide({ camera: "カメラ" }), decide()];
    for (const decision of decisions) await record.append(decision);
    const [file] = await journals();
    const whole = await readFile(file!);
    const last = whole.lastIndexOf("\n", whole.length - 2) + 1;
    const ids = decisions.map(({ result }) => result.id);
    for (let length = last; length < whole.length; length += 7) {
      await truncate(file!, length);
      assert.deepEqual(idsOf(await collect(open().read())), ids.slice(0, 2));
      await writeFile(file!, whole);
    }
    // Somebody else's lines in the middle, zeros as some file systems leave them.
    await writeFile(file!, Buffer.concat([Buffer.from("{}\nnull\n\0\0\0\n{\n"), whole]));
    assert.deepEqual(idsOf(await collect(open().read())), ids);
  });

  it("keeps what people said as lines of their own", async () => {
    const record = open();
    const [first, second, third] = [decide(), decide(), decide({ outcome: "unknown" })];
    for (const decision of [first, second, third]) await record.append(decision);
    const [a, b, c] = [first.result.id, second.result.id, third.result.id];
    for (const id of [a, b, c]) await record.note({ kind: "review", decision: id, queue: "q" });
    const answer = { kind: "answer", who: "Ito", heldOut: false } as const;
    const said = await record.note({ ...answer, decision: a, correct: "nail" });
    await record.note({ ...answer, decision: b });
    const reader = open();
    assert.deepEqual(
      (await reader.readWaiting("q")).map(({ decision }) => decision),
      [c],
    );
    assert.deepEqual(await reader.readWaiting("another"), []);
    assert.deepEqual(
      (await collect(reader.readConfirmed())).map(({ entry, standing }) => [
        entry.id,
        standing.answer?.correct,
      ]),
      [[a, "nail"]],
    );
    assert.equal((await reader.get(b)).standing?.answer?.correct, undefined);
    // Another opinion stands until it is taken back.
    const other = await record.note({ ...answer, decision: a, correct: null });
    assert.equal((await reader.get(a)).standing?.answer?.correct, null);
    await record.note({ kind: "undo", decision: a, answer: other.id, who: "Ito" });
    assert.equal((await reader.get(a)).standing?.answer?.correct, "nail");
    await record.note({ kind: "undo", decision: a, answer: said.id, who: "Ito" });
    assert.deepEqual(
      (await reader.readWaiting("q")).map(({ decision }) => decision),
      [a, c],
    );
    await assert.rejects(record.note({ ...answer, decision: NOBODY }), { code: "BAD_MESSAGE" });
  });

  it("takes a picture later", async () => {
    const record = open();
    const decision = decide();
    await record.append(decision);
    const found = await record.get(decision.result.id);
    assert.equal(await record.readPicture(found), null);
    await record.keepPicture(decision.result.id, await picture());
    assert.ok(await record.readPicture(found));
  });

  it("holds ten thousand decisions", async () => {
    const record = open();
    const decisions = Array.from({ length: 10_000 }, () => decide({ outcome: "unknown" }));
    const kept = await Promise.all(decisions.map((decision) => record.append(decision)));
    assert.ok(kept.every(Boolean));
    const { id } = decisions[5_000]!.result;
    let longest = 0;
    let last = performance.now();
    const ticks = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    await Promise.all(
      decisions.map((decision) =>
        record.note({ kind: "review", decision: decision.result.id, queue: "q" }),
      ),
    );
    const reader = open();
    assert.equal((await reader.readWaiting("q")).length, 10_000);
    assert.equal((await reader.get(id)).entry.id, id);
    assert.equal((await collect(reader.read())).length, 10_000);
    clearInterval(ticks);
    // Others get their turns meanwhile.
    assert.ok(longest < 1_000, `${longest} ms`);
  });

  describe("within its bounds", () => {
    const bounds = { mostBytes: 120_000, mostDays: 30 };

    it("gives up the oldest first, and confirmed ones last", async () => {
      const record = open(bounds);
      const shown = await picture(400, 300);
      const ids: string[] = [];
      for (let count = 0; count < 150; count++) {
        const decision = decide();
        ids.push(decision.result.id);
        await record.append(decision, shown);
        const note = { kind: "answer", correct: "nail", who: "", heldOut: true } as const;
        if (count === 3) await record.note({ ...note, decision: decision.result.id });
      }
      await record.sweep();
      const left = await collect(record.read());
      assert.equal(left[0]?.entry.id, ids[3]);
      assert.ok(await record.readPicture(left[0]!));
      assert.ok(left.length < 120 && left.length > 10, `${left.length} are left`);
      assert.deepEqual(idsOf(left.slice(1)), ids.slice(1 - left.length));
      assert.equal((await record.get(ids[3]!)).standing?.answer?.correct, "nail");
      let bytes = 0;
      for (const name of await readdir(root, { recursive: true })) {
        bytes += await readFile(path.join(root, name)).then(
          ({ length }) => length,
          () => 0,
        );
      }
      assert.ok(bytes <= bounds.mostBytes * 1.1, `${bytes} bytes`);
      // What is taken back is nobody's any more, and goes like the others.
      const { answer } = (await record.get(ids[3]!)).standing!;
      const undo = { kind: "undo", decision: ids[3]!, answer: answer!.id, who: "" } as const;
      await record.note(undo);
      for (let count = 0; count < 150; count++) await record.append(decide(), shown);
      await record.sweep();
      assert.equal(await record.find(ids[3]!), undefined);
    });

    it("gives up what is older than its days, but not what was confirmed", async () => {
      const record = open();
      const [plain, confirmed] = [decide(), decide()];
      for (const decision of [plain, confirmed]) await record.append(decision);
      const answer = { kind: "answer", correct: "nail", who: "", heldOut: false } as const;
      await record.note({ ...answer, decision: confirmed.result.id });
      const day = 86_400_000;
      await record.sweep(Date.now() + 29 * day);
      assert.equal((await collect(record.read())).length, 2);
      await record.sweep(Date.now() + 32 * day);
      assert.deepEqual(idsOf(await collect(open().read())), [confirmed.result.id]);
      assert.equal((await open().readStandings()).length, 1);
    });

    it("leaves alone what it does not know", async () => {
      const record = open(bounds);
      await mkdir(path.join(root, "my notes"));
      await writeFile(path.join(root, "my notes", "a.txt"), "x".repeat(400_000));
      await record.append(decide());
      await record.sweep(Date.now() + 100 * 86_400_000);
      assert.deepEqual(await readdir(root), ["my notes"]);
    });
  });

  describe("on a disk that does not write", () => {
    it("says so once, loses no call, and goes on when it writes again", async () => {
      const blocked = path.join(root, "record");
      await writeFile(blocked, "a file where the folder should be");
      const record = DecisionRecord.open(blocked);
      records.push(record);
      const states: RecordState[] = [];
      record.onState((state) => states.push(state));
      const shown = await picture();
      for (let count = 0; count < 3; count++) {
        assert.equal(await record.append(decide(), shown), false);
      }
      assert.equal(states.length, 1);
      const { problem } = states[0]!;
      assert.ok(problem instanceof TlacError && problem.code === "BAD_CONFIG");
      assert.match(problem.message, /^Decisions cannot be kept in .*record: E/);
      assert.match(problem.in("ja"), /判定を .* に記録できません/);
      await rm(blocked);
      assert.equal(await record.append(decide(), shown), true);
      assert.deepEqual(states.slice(1), [{ problem: null, lost: 3 }]);
      assert.equal(record.state.problem, null);
    });

    it("begins anew where somebody has removed the folder", async () => {
      const record = open();
      await record.append(decide());
      await rm(root, { recursive: true });
      const decision = decide();
      assert.equal(await record.append(decision), true);
      assert.deepEqual(idsOf(await collect(open().read())), [decision.result.id]);
    });
  });

  it("reads a segment anew that another process has cut down", async () => {
    const record = open({ mostBytes: 1_000_000, mostDays: 30 });
    const decision = decide();
    await record.append(decision);
    await record.note({ kind: "review", decision: decision.result.id, queue: "q" });
    assert.equal((await record.readWaiting("q")).length, 1);
    const old = Date.now() / 1_000;
    for (const file of await journals()) await utimes(file, old, old);
    await DecisionRecord.open(root).sweep(Date.now() + 40 * 86_400_000);
    assert.deepEqual(await record.readWaiting("q"), []);
  });
});
