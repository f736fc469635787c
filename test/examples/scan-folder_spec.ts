import assert from "node:assert/strict";
import { mkdir, rm, utimes } from "node:fs/promises";
import path from "node:path";

import { scanFolder } from "../../lib/examples/scan-folder";
import { put, Workbench } from "./workbench";

describe("what lies in the folders of examples", () => {
  const bench = new Workbench();
  before(() => bench.start());
  after(() => bench.stop());

  it("is signed by names, sizes and times, and is nothing where there is no root", async () => {
    const root = await bench.root();
    const none = await scanFolder(root);
    assert.deepEqual([none.folders, none.files, none.broken], [[], [], []]);
    const seen = new Set([none.signature]);
    const changes: readonly (() => Promise<unknown>)[] = [
      () => mkdir(path.join(root, "a"), { recursive: true }),
      () => put(root, "a/1", Buffer.from("x")),
      () => put(root, "a/1", Buffer.from("xy")),
      () => utimes(path.join(root, "a/1"), 5, 5),
      () => put(root, "b/1", Buffer.from("xy")),
      () => rm(path.join(root, "a/1")),
    ];
    for (const [number, change] of changes.entries()) {
      await change();
      const { signature } = await scanFolder(root);
      assert.ok(!seen.has(signature), `change ${number}`);
      seen.add(signature);
      assert.equal((await scanFolder(root)).signature, signature);
    }
  });

  it("is read in part where it is very much, and says so", async () => {
    const root = await bench.root();
    const name = (number: number): string => `a/${String(number).padStart(4, "0")}.jpg`;
    await put(root, name(0), Buffer.alloc(0));
    await Promise.all(
      Array.from({ length: 1_003 }, (_, number) => put(root, name(number), Buffer.alloc(0))),
    );
    await put(root, "b/1.jpg", Buffer.alloc(0));
    const { files, broken } = await scanFolder(root);
    assert.deepEqual(broken, [
      {
        file: "a",
        reason: { key: "examples.too-many", params: { count: 1_003, most: 1_000 } },
      },
    ]);
    assert.deepEqual(
      [files.length, files[999]?.file, files[1_000]?.file],
      [1_001, name(999), "b/1.jpg"],
    );
  });

  it("ends with CLOSED once nobody waits", async () => {
    const root = await bench.root();
    await put(root, "a/1", Buffer.alloc(0));
    await assert.rejects(scanFolder(root, AbortSignal.abort()), { code: "CLOSED" });
  });
});
