import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { ExampleStore } from "../../lib/examples/example-store";
import { hashBytes } from "../../lib/examples/read-features";
import { VOCABULARY, Workbench } from "./workbench";

const run = promisify(execFile);

describe("two processes that share a folder of examples", function () {
  this.timeout(60_000);
  const bench = new Workbench();
  before(() => bench.start());
  after(() => bench.stop());

  it("add, remove and read at once without harm", async () => {
    const root = await bench.root();
    const program = path.join(__dirname, "example-process.ts");
    const tsx = createRequire(__filename).resolve("tsx/cli");
    const outputs = await Promise.all(
      ["1", "2"].map((name) => run(process.execPath, [tsx, program, root, name])),
    );
    assert.deepEqual(
      outputs.map(({ stdout, stderr }) => stdout + stderr.replace(/^npm warn.*\n/gm, "")),
      ["done", "done"],
    );
    // Every file is whole and has the name of its content; nothing half-written is left behind.
    for (const folder of ["screw", "nail"]) {
      const names = await readdir(path.join(root, folder));
      assert.ok(names.length >= 2 && names.length <= 4, `${folder}: ${names.length}`);
      for (const name of names) {
        const hash = hashBytes(await readFile(path.join(root, folder, name)));
        assert.equal(name, `${hash.slice(0, 32)}.jpg`);
      }
    }
    const caches = await readdir(path.join(root, ".features"));
    assert.equal(caches.length, 1, caches.join());
    const embedder = await bench.model("tiny-clip");
    const set = await ExampleStore.open(root).read(embedder, VOCABULARY);
    assert.deepEqual([set.broken, set.unmatched], [[], []]);
    // The cache of the one that wrote last serves both.
    assert.ok(embedder.seen < set.rows, `${embedder.seen} of ${set.rows}`);
  });
});
