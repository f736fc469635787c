import assert from "node:assert/strict";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { Uploads, type UploadLimits } from "../../nodes/admin/evaluation/uploads";
import { removeFolder } from "../helpers/remove-folder";

describe("photos that a dialog sends", () => {
  let root: string;
  beforeEach(async () => {
    root = path.join(await mkdtemp(path.join(tmpdir(), "tlac-uploads-")), "uploads");
  });
  afterEach(() => removeFolder(path.dirname(root)));

  const open = (limits: Partial<UploadLimits> = {}): Uploads => new Uploads(() => root, limits);
  const bytes = (count: number): Readable => Readable.from([Buffer.alloc(count)]);
  const isThere = async (id: string): Promise<boolean> => (await readdir(root)).includes(id);
  const gone = async (id: string): Promise<void> => {
    while (await isThere(id)) await sleep(5);
  };

  it("lie where they belong, the later of two of one name", async () => {
    const uploads = open();
    const id = await uploads.begin(2, 20);
    await uploads.add(id, "bolt/1.jpg", bytes(10));
    await uploads.add(id, "bolt/1.jpg", bytes(12));
    await uploads.use(id, async (folder) => {
      assert.deepEqual(await readdir(folder, { recursive: true }), [
        "bolt",
        path.join("bolt", "1.jpg"),
      ]);
    });
    await uploads.drop(id);
    assert.deepEqual(await readdir(root), []);
    await assert.rejects(uploads.add(id, "bolt/2.jpg", bytes(1)), { code: "NOT_FOUND" });
  });

  it("are no more than was said, and leave nothing of what is refused", async () => {
    const uploads = open({ mostFiles: 2, mostBytes: 25 });
    const id = await uploads.begin(2, 20);
    await uploads.add(id, "a/1.jpg", bytes(10));
    await assert.rejects(uploads.add(id, "a/2.jpg", bytes(16)), { code: "BAD_MESSAGE" });
    await uploads.add(id, "a/2.jpg", bytes(15));
    await assert.rejects(uploads.add(id, "a/3.jpg", bytes(0)), { code: "BAD_MESSAGE" });
    const broken = Readable.from(
      (function* () {
        yield Buffer.alloc(3);
        throw new Error("hung up");
      })(),
    );
    await assert.rejects(uploads.add(id, "a/1.jpg", broken), /hung up/);
    await uploads.use(id, async (folder) => {
      assert.deepEqual(await readdir(path.join(folder, "a")), ["1.jpg", "2.jpg"]);
      assert.equal((await stat(path.join(folder, "a", "1.jpg"))).size, 10, "the one before");
    });
    await uploads.drop(id);
  });

  it("are refused where the disk has no room for them", async () => {
    const uploads = open({ spareBytes: Number.MAX_SAFE_INTEGER });
    await assert.rejects(uploads.begin(1, 1), {
      code: "BAD_MESSAGE",
      key: "evaluation.upload-no-room",
    });
  });

  it("go when nobody asks for them any more, but not while they are judged", async () => {
    const uploads = open({ patienceMs: 30 });
    const id = await uploads.begin(1, 1);
    await uploads.use(id, async () => {
      await sleep(60);
      assert.deepEqual(await readdir(root), [id]);
    });
    await gone(id);
    const used = await uploads.begin(1, 1);
    await uploads.use(used, async (folder) => {
      await uploads.drop(used);
      assert.deepEqual(await readdir(folder), []);
    });
    await gone(used);
  });

  it("make room for newer ones, and none where all are in use", async () => {
    const uploads = open({ mostUploads: 1, pauseMs: 0 });
    const first = await uploads.begin(1, 1);
    const second = await uploads.begin(1, 1);
    assert.deepEqual(await readdir(root), [second]);
    await assert.rejects(uploads.add(first, "a/1.jpg", bytes(1)), { code: "NOT_FOUND" });
    await uploads.use(second, async () => {
      await assert.rejects(uploads.begin(1, 1), { code: "TOO_MANY" });
    });
    await uploads.drop(second);
  });

  it("that a process has left behind go once they are old", async () => {
    await mkdir(path.join(root, "old"), { recursive: true });
    await mkdir(path.join(root, "new"));
    await utimes(path.join(root, "old"), 0, 0);
    const uploads = open();
    const id = await uploads.begin(1, 1);
    assert.deepEqual((await readdir(root)).sort(), [id, "new"].sort());
    await uploads.drop(id);
  });

  it("keep their folder while they come, and between two of them", async () => {
    const uploads = open({ pauseMs: 0 });
    const [first, second] = [await uploads.begin(1, 1), await uploads.begin(1, 1)];
    const content = new PassThrough();
    const coming = uploads.add(first, "a/1.jpg", content);
    const third = await uploads.begin(1, 1);
    assert.deepEqual(
      [await isThere(first), await isThere(second), await isThere(third)],
      [true, false, true],
    );
    content.end("photo");
    await coming;
    assert.equal(await readFile(path.join(root, first, "a", "1.jpg"), "utf8"), "photo");
    await uploads.drop(first);
    await uploads.drop(third);
    const patient = open();
    for (const id of [await patient.begin(1, 1), await patient.begin(1, 1)]) {
      await patient.add(id, "a/1.jpg", bytes(1));
    }
    await assert.rejects(patient.begin(1, 1), { code: "TOO_MANY" });
  });

  it("share the room that there is, however many come at once", async () => {
    const uploads = open({ mostBytes: 10, mostFiles: 3 });
    const id = await uploads.begin(2, 10);
    const slow = new PassThrough();
    slow.write(Buffer.alloc(8));
    const both = [uploads.add(id, "a/1.jpg", slow), uploads.add(id, "a/2.jpg", bytes(8))];
    await Promise.race(both.map((one) => one.catch(() => undefined)));
    slow.end();
    const ends = await Promise.allSettled(both);
    assert.deepEqual(ends.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    // What failed has given its room back, and what is replaced makes room.
    await uploads.add(id, "b.jpg", bytes(2));
    await uploads.add(id, "b.jpg", bytes(2));
    await assert.rejects(uploads.add(id, "c.jpg", bytes(1)), { code: "BAD_MESSAGE" });
    const held = new PassThrough();
    const third = uploads.add(id, "d.jpg", held);
    await assert.rejects(uploads.add(id, "e.jpg", bytes(0)), /4 photos/);
    held.end();
    await third;
    await uploads.drop(id);
  });

  it("are known to be in use by other processes for as long as they are", async () => {
    const uploads = open({ patienceMs: 20 });
    const id = await uploads.begin(1, 1);
    await uploads.use(id, async (folder) => {
      await utimes(folder, 1, 1);
      while ((await stat(folder)).mtimeMs < 2_000) await sleep(5);
    });
    await uploads.drop(id);
  });

  it("end nothing where their folder cannot be removed", async () => {
    const uploads = open({ patienceMs: 5 });
    await uploads.begin(1, 1);
    await rename(root, `${root}-away`);
    await writeFile(root, "no folder");
    // A rejection that nobody handles would end this process.
    await sleep(50);
    await removeFolder(root);
    await mkdir(root);
  });
});
