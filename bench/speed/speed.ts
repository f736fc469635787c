import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import { printTitle } from "../print";
import { measureCameras } from "./cameras";
import { measureFrames } from "./frames";
import { measureScan, measureWords } from "./inference";
import { measureFirstClass, measureMemory, measurePeak, measureWitnesses } from "./processes";
import { isMet, printRow, type Row } from "./row";
import { measureSize } from "./size";

/**
 * Each row of docs/speed.md, as text while it goes, or as JSON at the end. `pictures`: how many the
 * row of memory judges. Resolves to whether all goals are met.
 */
export async function measureSpeed(isJson: boolean, pictures: number): Promise<boolean> {
  const rows: Row[] = [];
  const add = (...measured: readonly Row[]): void => {
    rows.push(...measured);
    if (!isJson) measured.forEach(printRow);
  };
  if (!isJson) printTitle("Speed, against what the hardware allows");
  add(...(await measureFrames()));
  add(await measureWitnesses());
  const cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-speed-"));
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  try {
    const embedder = await lease.value;
    add(...(await measureWords(embedder)));
    add(await measureScan());
    add(await measureCameras(embedder));
  } finally {
    await lease.release();
    await rm(cacheDir, { recursive: true, force: true });
  }
  add(await measureFirstClass());
  add(await measureMemory(pictures));
  add(await measurePeak());
  add(measureSize());
  if (isJson) {
    console.log(
      JSON.stringify(
        rows.map((row) => ({ ...row, met: isMet(row) })),
        null,
        2,
      ),
    );
  }
  return rows.every((row) => isMet(row) !== false);
}
