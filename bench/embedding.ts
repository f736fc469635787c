import path from "node:path";

import { acquireEmbedder } from "../lib/clip/shared-embedders";
import { median, printFigure, printTitle } from "./print";
import { openRawTextModel } from "./raw-runtime";

const ROUNDS = 9;
const TEXTS = 256;
const BATCH = 64;

/** Texts per second through the embedder against the bare runtime, round by round in turn. */
export async function measureEmbedding(cacheDir: string): Promise<void> {
  const raw = await openRawTextModel();
  const lease = acquireEmbedder({
    model: "starter",
    offline: true,
    cacheDir: path.join(cacheDir, "embedding"),
  });
  const embedder = await lease.value;
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    // New texts in each round: a cached one would cost nothing.
    const texts = Array.from(
      { length: TEXTS },
      (_, n) => `a photo of a part ${String(round)} ${String(n)}`,
    );
    const ours = await timeOf(() => embedder.embedTexts(texts));
    const theirs = await timeOf(async () => {
      for (let start = 0; start < TEXTS; start += BATCH)
        await raw.embed(texts.slice(start, start + BATCH));
    });
    if (round > 0) ratios.push(theirs / ours);
  }
  await lease.release();
  await raw.close();
  const ratio = median(ratios);
  printTitle(`Text embedding, ${String(TEXTS)} texts a round`);
  printFigure("speed of the embedder / bare runtime", ratio.toFixed(2), {
    text: "≥ 0.95",
    met: ratio >= 0.95,
  });
}

export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
