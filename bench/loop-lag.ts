import { monitorEventLoopDelay } from "node:perf_hooks";
import path from "node:path";

import { acquireEmbedder } from "../lib/clip/shared-embedders";
import { openRawTextModel } from "./raw-runtime";
import { printFigure, printTitle } from "./print";

const NAMES = 1_000;
/** As many texts at once as the embedder runs. */
const BATCH = 64;

/** 99th percentile of the event loop's delay, ms, while `work` runs. */
async function lagDuring(work: () => Promise<unknown>): Promise<number> {
  const monitor = monitorEventLoopDelay({ resolution: 5 });
  monitor.enable();
  await work();
  monitor.disable();
  return monitor.percentile(99) / 1e6;
}

/** What 1,000 names that embed cost the flows that run beside: in our worker and on the loop. */
export async function measureLoopLag(cacheDir: string): Promise<void> {
  const names = Array.from(
    { length: NAMES },
    (_, number) => `a photo of a part number ${String(number)}`,
  );
  const lease = acquireEmbedder({
    model: "starter",
    offline: true,
    cacheDir: path.join(cacheDir, "loop-lag"),
  });
  const embedder = await lease.value;
  const inside = await lagDuring(() => embedder.embedTexts(names));
  await lease.release();
  const raw = await openRawTextModel();
  const outside = await lagDuring(async () => {
    for (let start = 0; start < NAMES; start += BATCH) {
      await raw.embed(names.slice(start, start + BATCH));
    }
  });
  await raw.close();
  printTitle(`Event-loop delay while ${String(NAMES)} names embed (p99)`);
  printFigure("in the worker", `${inside.toFixed(1)} ms`);
  printFigure("on the event loop", `${outside.toFixed(1)} ms`);
}
