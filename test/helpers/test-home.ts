/**
 * One user directory for all flows of a test process. The bundled model stays loaded from one flow to
 * the next, as it does from one deploy to the next, and what it has read once it need not read again;
 * all else that a flow leaves there is gone before the next one.
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { NodeAPI } from "node-red";

import { openMemo } from "../../nodes/runtime/models/shared-memo";
import { removeFolder } from "./remove-folder";

/** Set for the workers of a parallel run by the process that starts and ends them. */
const VARIABLE = "TLAC_TEST_HOMES";

/** What a model knows of texts, by its digest. */
const TEXTS = "texts";

let home: string | undefined;

/** A Node-RED user directory of this process. */
export function openTestHome(): string {
  if (!home) {
    const homes = process.env[VARIABLE] ?? mkdtempSync(path.join(tmpdir(), "tlac-homes-"));
    home = path.join(homes, String(process.pid));
    mkdirSync(home, { recursive: true });
  }
  return home;
}

/** Where nodes of that user directory keep models and vectors. */
export function testCacheDir(): string {
  return path.join(openTestHome(), "tlac");
}

/** As a Node-RED that has judged nothing yet. */
export async function cleanTestHome(): Promise<void> {
  const cache = testCacheDir();
  const others = [
    ...(await list(openTestHome())).filter((place) => place !== cache),
    ...(await list(cache)).filter((place) => path.basename(place) !== TEXTS),
  ];
  await Promise.all(others.map(removeFolder));
  // Second answers are kept for the two user directories that were used last.
  for (const other of ["a", "b"]) {
    await openMemo({ settings: { userDir: path.join(cache, other) } } as NodeAPI);
  }
}

async function list(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => path.join(folder, name));
}

export function mochaGlobalSetup(): void {
  process.env[VARIABLE] = mkdtempSync(path.join(tmpdir(), "tlac-homes-"));
}

export async function mochaGlobalTeardown(): Promise<void> {
  const homes = process.env[VARIABLE];
  if (homes) await removeFolder(homes);
}
