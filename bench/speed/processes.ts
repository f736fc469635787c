import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { createWorstPicture, FORMS, WORST_SIDES } from "./worst-pictures";
import type { Row } from "./row";

const ROUNDS = 5;

/**
 * A class from a new process, against loading the two graphs in one: the restart of a plant's
 * computer, whose disk has the files in memory and the vectors of the vocabulary in a cache.
 */
export async function measureFirstClass(): Promise<Row> {
  const cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-first-"));
  const best = { ours: Infinity, bare: Infinity };
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of ["bare", "ours"] as const) {
        const { ms } = await run<{ ms: number }>("first-class.mjs", [way, cacheDir]);
        best[way] = Math.min(best[way], ms);
      }
    }
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
  return {
    measure: "first class after a restart, starter",
    limit: "loading its two graphs by the bare runtime",
    value: best.ours / best.bare,
    unit: "times",
    goal: 1.5,
    details: { "ours ms": best.ours, "bare ms": best.bare },
  };
}

/** The recogniser's words, sight over 100 classes and 500 examples, against one forward pass. */
export async function measureWitnesses(): Promise<Row> {
  const { ours, bare } = await run<{ ours: number; bare: number }>("witnesses.mjs", []);
  return {
    measure: "all witnesses of one picture, starter",
    limit: "one forward pass of the bare runtime",
    value: ours / bare,
    unit: "times",
    goal: 1.15,
    details: { "ours ms": ours, "bare ms": bare },
  };
}

/** What Node-RED grows by when it judges pictures, and whether it goes on growing. */
export async function measureMemory(pictures: number): Promise<Row> {
  const { before, after } = await run<{ before: number; after: number[] }>("memory.ts", [
    String(pictures),
  ]);
  const last = after.at(-1) ?? Number.NaN;
  return {
    measure: `memory of Node-RED with the starter after ${String(pictures)} pictures`,
    limit: "the same Node-RED before the first",
    value: last - before,
    unit: "MB",
    goal: 250,
    details: {
      "before MB": before,
      ...Object.fromEntries(after.map((mb, at) => [`quarter ${String(at + 1)} MB`, mb])),
    },
  };
}

/** The largest pictures that are still decoded, of the forms that have to be held as a whole. */
export async function measurePeak(): Promise<Row> {
  const details: Record<string, number> = {};
  for (const form of FORMS) {
    const picture = await createWorstPicture(form, WORST_SIDES[form]);
    const { mb, refused } = await run<{ mb: number; refused: string | null }>(
      "peak.ts",
      [form],
      picture,
    );
    if (refused) throw new Error(`${form} was refused: ${refused}`);
    details[`${form} MB`] = mb;
  }
  return {
    measure: "peak memory of the worst allowed picture",
    limit: "an idle process",
    value: Math.max(...Object.values(details)),
    unit: "MB",
    goal: 300,
    details,
  };
}

/** What a child prints as JSON on its last line. */
async function run<T>(script: string, args: readonly string[], input?: Buffer): Promise<T> {
  const file = path.join(__dirname, "children", script);
  const loader = script.endsWith(".ts") ? ["--require", require.resolve("tsx/cjs")] : [];
  const child = spawn(process.execPath, ["--expose-gc", ...loader, file, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(input);
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (printed += part));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}.`);
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "") as T;
}
