import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { ODD_MESSAGES, type End } from "./odd-messages";

const run = promisify(execFile);
const program = path.join(__dirname, "odd-messages-program.ts");

interface Line {
  readonly kind: string;
  readonly name: string;
  readonly ends: readonly End[];
}

describe("odd messages in a real Node-RED", function () {
  this.timeout(120_000);

  it("each ends once, and none ends the process", async () => {
    // Rejects unless the program reaches its end.
    const { stdout } = await run(process.execPath, ["--import", "tsx", program]);
    const lines = stdout.split("\n").flatMap((line) => {
      return line.startsWith("{") ? [JSON.parse(line) as Line] : [];
    });
    const expected = ["tlac", "clip-match", "lmm-candidates"].flatMap((kind) =>
      ODD_MESSAGES.map(({ name, end, unreadBy }) => {
        return { kind, name, ends: [kind === unreadBy ? "door" : end] };
      }),
    );
    assert.deepEqual(lines, expected);
  });
});
