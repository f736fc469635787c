import assert from "node:assert/strict";
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { findPictures } from "../../lib/frame/find-pictures";

const PHOTO = path.join(__dirname, "../../examples/photos/cat.jpg");

describe("finding pictures", () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), "tlac-find-"));
    await mkdir(path.join(home, "bolt", "deep"), { recursive: true });
    await mkdir(path.join(home, "nut"));
    for (const name of ["nut/2.jpg", "bolt/b", "bolt/deep/1.jpg", "bolt/a.jpg"]) {
      await copyFile(PHOTO, path.join(home, name));
    }
    await writeFile(path.join(home, "bolt", "notes.txt"), "bolts of line 4");
  });

  afterEach(async () => {
    await rm(home, { recursive: true, force: true });
  });

  const inside = (files: readonly string[]): string[] =>
    files.map((file) => path.relative(home, file).split(path.sep).join("/"));

  it("goes to the bottom, in the order of the names, by what the files hold", async () => {
    const { pictures, others } = await findPictures(home);
    assert.deepEqual(inside(pictures), ["bolt/a.jpg", "bolt/b", "bolt/deep/1.jpg", "nut/2.jpg"]);
    assert.deepEqual(inside(others.map(({ file }) => file)), ["bolt/notes.txt"]);
  });

  it("does not follow a link that leads back, and leaves one into nowhere out", async function () {
    if (process.platform === "win32") this.skip();
    await symlink(home, path.join(home, "nut", "back"));
    await symlink(path.join(home, "gone.jpg"), path.join(home, "nut", "nowhere.jpg"));
    const { pictures, others } = await findPictures(home);
    assert.equal(pictures.length, 4);
    assert.deepEqual(inside(others.map(({ file }) => file)), ["bolt/notes.txt", "nut/nowhere.jpg"]);
  });

  it("ends as soon as there are too many files, of whatever kind", async () => {
    // Three folders, four photos and a text.
    assert.equal((await findPictures(home, { mostFiles: 8 })).pictures.length, 4);
    const refusal = { code: "BAD_CONFIG", message: /holds more than 7 files and folders/ };
    await assert.rejects(findPictures(home, { mostFiles: 7 }), refusal);
  });

  it("tells of a folder that it may not read, and goes on", async function () {
    if (process.platform === "win32" || process.getuid?.() === 0) this.skip();
    await chmod(path.join(home, "nut"), 0);
    const { pictures, others } = await findPictures(home);
    await chmod(path.join(home, "nut"), 0o700);
    assert.equal(pictures.length, 3);
    assert.deepEqual(inside(others.map(({ file }) => file)), ["bolt/notes.txt", "nut"]);
  });

  it("ends with its signal", async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(findPictures(home, { signal }), { code: "CLOSED" });
  });
});
