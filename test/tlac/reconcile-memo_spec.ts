import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { FileReconcileMemo } from "../../lib/tlac/reconcile-memo";

describe("reconcile memo", () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "memo-"));
    file = path.join(folder, "deeper", "answers.jsonl");
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("remembers over a restart, “none of these” included", async () => {
    const memo = await FileReconcileMemo.open(file);
    assert.equal(memo.get("hammer?"), undefined);
    memo.set("hammer?", "hammer");
    memo.set("shoe?", null);
    memo.set("hammer?", "mallet");
    await memo.flush();
    const reopened = await FileReconcileMemo.open(file);
    assert.equal(reopened.get("hammer?"), "mallet");
    assert.equal(reopened.get("shoe?"), null);
  });

  it("drops lines that cannot be read and keeps the rest", async () => {
    const memo = await FileReconcileMemo.open(file);
    memo.set("before", "a");
    await memo.flush();
    await appendFile(file, '["cut", "b\n[1,2]\n{"x":1}\nnull\n["after","c"]\n');
    const reopened = await FileReconcileMemo.open(file);
    assert.equal(reopened.get("before"), "a");
    assert.equal(reopened.get("cut"), undefined);
    assert.equal(reopened.get("after"), "c");
  });

  it("forgets the oldest answers beyond its bound, on disk too", async () => {
    const memo = await FileReconcileMemo.open(file);
    for (let number = 0; number <= 22_001; number++) memo.set(`word ${number}`, "x");
    await memo.flush();
    assert.equal(memo.get("word 0"), undefined);
    assert.equal(memo.get("word 22001"), "x");
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    assert.ok(lines.length <= 22_000, `${lines.length} lines`);
  });

  it("works in memory where the disk refuses", async () => {
    const memo = await FileReconcileMemo.open(path.join(process.execPath, "no-folder", "a.jsonl"));
    memo.set("hammer?", "hammer");
    await memo.flush();
    assert.equal(memo.get("hammer?"), "hammer");
  });
});
