import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { writeWholeFile } from "../../lib/basics/write-whole-file";

describe("writing a file as a whole", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tlac-whole-"));
    file = path.join(folder, "deep", "memory.jsonl");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("leaves one of the contents, whole, where many write at once", async () => {
    // Containers that share a folder write under the same process id.
    const contents = Array.from({ length: 20 }, (_, index) => `${index} `.repeat(50_000));
    await Promise.all(contents.map((content) => writeWholeFile(file, content)));
    assert.ok(contents.includes(await readFile(file, "utf8")));
    assert.deepEqual(await readdir(path.dirname(file)), ["memory.jsonl"]);
  });

  it("takes away what a process left that ended in the middle of a write", async () => {
    await writeWholeFile(file, "old");
    const orphan = path.join(path.dirname(file), ".memory.jsonl.0a0a.tmp");
    const fresh = path.join(path.dirname(file), ".memory.jsonl.0b0b.tmp");
    await writeFile(orphan, "half");
    await writeFile(fresh, "still being written");
    const yesterday = Date.now() / 1_000 - 86_400;
    await utimes(orphan, yesterday, yesterday);
    await writeWholeFile(file, "new");
    assert.deepEqual((await readdir(path.dirname(file))).sort(), [
      ".memory.jsonl.0b0b.tmp",
      "memory.jsonl",
    ]);
  });

  it("leaves nothing where it cannot write", async () => {
    await writeFile(path.join(folder, "deep"), "a file where the folder should be");
    await assert.rejects(writeWholeFile(file, "x"));
    assert.deepEqual(await readdir(folder), ["deep"]);
  });
});
