import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { DecisionRecord } from "../../lib/record/record";
import { removeFolder } from "../helpers/remove-folder";
import { collect, idsOf, newRoot } from "./decisions";

const run = promisify(execFile);
const PROGRAM = path.join(__dirname, "record-process.ts");
const LOADER = ["--require", createRequire(__filename).resolve("tsx/cjs"), PROGRAM];

function readKept(output: string): string[] {
  return output.split("\n").flatMap((line) => /^kept (\S+)/.exec(line)?.[1] ?? []);
}

describe("processes that keep decisions", function () {
  this.timeout(60_000);
  let root: string;
  beforeEach(async () => {
    root = await newRoot();
  });
  afterEach(() => removeFolder(root));

  it("have kept what they said they kept, when they are killed in the middle", async () => {
    const child = spawn(process.execPath, [...LOADER, root, "1000000", "picture"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (lines.length === 25) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    assert.equal(child.signalCode, "SIGKILL");
    const kept = readKept(lines.join("\n"));
    const record = DecisionRecord.open(root);
    const found = await collect(record.read());
    // The last one may be on the disk without having been told.
    assert.deepEqual(idsOf(found).slice(0, kept.length), kept);
    assert.ok(found.length - kept.length <= 1, `${found.length} of ${kept.length}`);
    for (const one of found) assert.ok(await record.readPicture(one), one.entry.id);
  });

  it("do no harm to each other", async () => {
    const outputs = await Promise.all(
      [1, 2].map(() => run(process.execPath, [...LOADER, root, "60"])),
    );
    const kept = outputs.flatMap(({ stdout }) => readKept(stdout));
    assert.equal(kept.length, 120);
    const found = idsOf(await collect(DecisionRecord.open(root).read()));
    assert.deepEqual([...found].sort(), [...kept].sort());
  });

  it("lose no call and no whole line where the disk refuses in the middle of one", async function () {
    if (process.platform === "win32") this.skip();
    // A file may have so many blocks: the system takes a part of a line and refuses the rest.
    const command = 'ulimit -f 8; exec "$0" "$@"';
    const args = ["-c", command, process.execPath, ...LOADER, root, "12"];
    const { stdout } = await run("/bin/sh", args);
    const states = stdout.split("\n").filter((line) => line.startsWith("state"));
    assert.equal(states.length, 1, stdout);
    assert.match(states[0]!, /^state Decisions cannot be kept in .*EFBIG/);
    assert.ok(stdout.endsWith("done\n"));
    const kept = readKept(stdout);
    assert.ok(kept.length > 0 && kept.length < 12, stdout);
    assert.deepEqual(idsOf(await collect(DecisionRecord.open(root).read())), kept);
    assert.equal((await readdir(root)).length, 1);
  });
});
