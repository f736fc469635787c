import { mkdtempSync } from "node:fs";
import { acquireEmbedder } from "../lib/clip/shared-embedders";
import { measureWords, measureWitnesses } from "./speed/inference";
import { measureFirstClass } from "./speed/processes";
async function main() {
  const lease = acquireEmbedder({
    model: "starter",
    offline: true,
    cacheDir: mkdtempSync("/tmp/zz-"),
  });
  const e = await lease.value;
  console.log(await measureWords(e));
  console.log(await measureWitnesses(e));
  console.log(await measureFirstClass());
  process.exit(0);
}
void main();
