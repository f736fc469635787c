import { readFile } from "node:fs/promises";

import { throwIfClosed } from "../errors";
import type { Frame } from "../frame/frame";
import { loadSharp } from "../frame/load-sharp";
import { readFrames } from "../frame/read-frames";
import { defaultCanaryPhotos } from "./client/canary";
import type { ServedLmm } from "./client/served-lmm";

/** How fast a server answers with so many questions at a time, for each of its hosts. */
export interface LoadFigure {
  readonly atOnce: number;
  readonly perMinute: number;
  /** Milliseconds that an answer takes. */
  readonly medianMs: number;
}

export interface Measurement {
  readonly figures: readonly LoadFigure[];
  /** As many at a time as still pay; null while it is not known. */
  readonly best: number | null;
}

const LEVELS = [1, 2, 4] as const;
/** In a row, by each of those who ask at a time. */
const QUESTIONS = 3;
/** Less is noise, and all wait longer for it. */
const WORTHWHILE = 1.15;

/**
 * Asks about photos with 1, 2 and 4 questions at a time, after the model is loaded; stops where
 * more at a time brings no more answers. Each picture differs a little, so that no server answers
 * from its memory. Throws what the LMM throws.
 */
export async function measureServer(
  lmm: ServedLmm,
  signal: AbortSignal,
  onProgress: (measurement: Measurement) => void,
  now: () => number = () => performance.now(),
): Promise<Measurement> {
  const photos = await Promise.all(defaultCanaryPhotos().map(({ file }) => readFile(file)));
  await lmm.warmUp(signal);
  const figures: LoadFigure[] = [];
  let asked = 0;
  const nextPicture = (): Promise<Frame> => {
    asked += 1;
    return vary(photos[asked % photos.length] ?? Buffer.alloc(0), asked);
  };
  for (const atOnce of LEVELS) {
    const before = figures.at(-1);
    figures.push(await measureLevel(lmm, atOnce, nextPicture, signal, now));
    onProgress({ figures, best: null });
    if (before && (figures.at(-1)?.perMinute ?? 0) < before.perMinute * WORTHWHILE) {
      return { figures, best: before.atOnce };
    }
  }
  return { figures, best: figures.at(-1)?.atOnce ?? 1 };
}

async function measureLevel(
  lmm: ServedLmm,
  atOnce: number,
  nextPicture: () => Promise<Frame>,
  signal: AbortSignal,
  now: () => number,
): Promise<LoadFigure> {
  const pictures: Frame[] = [];
  const askers = atOnce * lmm.capacity;
  while (pictures.length < askers * QUESTIONS) pictures.push(await nextPicture());
  const latencies: number[] = [];
  const started = now();
  const ask = async (): Promise<void> => {
    for (let picture = pictures.pop(); picture; picture = pictures.pop()) {
      throwIfClosed(signal);
      const begun = now();
      await lmm.propose(picture, "", { signal });
      latencies.push(now() - begun);
    }
  };
  await Promise.all(Array.from({ length: askers }, ask));
  const minutes = (now() - started) / 60_000;
  const median = latencies.sort((a, b) => a - b)[latencies.length >> 1] ?? 0;
  return { atOnce, perMinute: latencies.length / minutes, medianMs: median };
}

/** The same photo, a little darker each time. */
async function vary(photo: Buffer, step: number): Promise<Frame> {
  const sharp = await loadSharp();
  const brightness = 1 - (step % 50) / 500;
  const { frames } = await readFrames(
    await sharp(photo).modulate({ brightness }).jpeg().toBuffer(),
  );
  const [frame] = frames;
  if (!frame) throw new Error("a photo of the package has no picture");
  return frame;
}
