import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import type { Fate } from "./deploys-program";

const run = promisify(execFile);
const program = path.join(__dirname, "deploys-program.ts");

describe("a hundred deploys of each type with messages under way", function () {
  this.timeout(120_000);
  let fates: Fate[];

  before(async () => {
    const { stdout } = await run(process.execPath, ["--import", "tsx", program]);
    const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
    fates = lines.map((line) => JSON.parse(line) as Fate);
  });

  for (const type of ["nodes", "flows"] as const) {
    it(`of type ${type}: each message is at Catch once with CLOSED, and the log is quiet`, () => {
      const deploys = fates.filter((fate) => fate.type === type);
      assert.equal(deploys.length, 100);
      for (const { sent, caught, logged } of deploys) {
        assert.deepEqual([[...caught].sort(), logged], [sent, []]);
      }
    });
  }

  it("of type full: what no living node has heard of stands in the log with topic and id", () => {
    const deploys = fates.filter((fate) => fate.type === "full");
    assert.equal(deploys.length, 100);
    for (const { sent, caught, logged } of deploys) {
      assert.deepEqual([...caught, ...logged].sort(), sent);
    }
  });
});
