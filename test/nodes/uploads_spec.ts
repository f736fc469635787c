import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
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
  const gone = async (id: string): Promise<void> => {
    while ((await readdir(root)).includes(id)) await sleep(5);
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
      assert.deepEqual(await readdir(path.join(folder, "a")), ["2.jpg"]);
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
    const uploads = open({ mostUploads: 1 });
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
});
