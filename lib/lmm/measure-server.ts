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
  /** Calls of others that the server had to answer meanwhile, as far as they are known. */
  readonly others: number;
}

export interface MeasureOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (measurement: Measurement) => void;
  /** Calls of others so far, those under way included; 0 by default. */
  readonly countOthers?: () => OtherCalls;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Calls to the same hosts that are not those of the measurement. */
export interface OtherCalls {
  /** All of them, those under way included. */
  readonly calls: number;
  /** Under way. */
  readonly active: number;
}

/** The last one tells that the one before is enough, or is the most that is tried. */
const LEVELS = [1, 2, 4, 8] as const;
/** In a row, by each of those who ask at a time, after one that is not counted. */
const QUESTIONS = 3;
/** Less is noise, and all wait longer for it. */
const WORTHWHILE = 1.15;
/** So many pictures of a photo differ in brightness, then one more column is cut off. */
const BRIGHTNESSES = 50;

/**
 * Asks about photos with 1, 2, 4 and 8 questions at a time, after the model is loaded; stops where
 * more at a time brings no more answers. No two pictures are the same, so that no server answers
 * from its memory, and what each slot of a server reads only once is read before the clock starts.
 * Throws what the LMM throws.
 */
export async function measureServer(
  lmm: ServedLmm,
  {
    signal,
    onProgress,
    countOthers = () => ({ calls: 0, active: 0 }),
    now = () => performance.now(),
  }: MeasureOptions,
): Promise<Measurement> {
  const photos = await Promise.all(defaultCanaryPhotos().map(({ file }) => readFile(file)));
  await lmm.warmUp(signal);
  const figures: LoadFigure[] = [];
  let asked = 0;
  const nextPicture = (): Promise<Frame> => {
    asked += 1;
    const photo = photos[asked % photos.length] ?? Buffer.alloc(0);
    return vary(photo, Math.floor(asked / photos.length));
  };
  let { calls, active: others } = countOthers();
  const tell = (best: number | null): Measurement => {
    const known = calls;
    ({ calls } = countOthers());
    // A deploy counts anew.
    others += calls >= known ? calls - known : calls;
    return { figures, best, others };
  };
  for (const atOnce of LEVELS) {
    const last = figures.at(-1);
    figures.push(await measureLevel(lmm, atOnce, { nextPicture, signal, now }));
    onProgress(tell(null));
    if (last && (figures.at(-1)?.perMinute ?? 0) < last.perMinute * WORTHWHILE) {
      return tell(last.atOnce);
    }
  }
  return tell(figures.at(-1)?.atOnce ?? 1);
}

interface LevelOptions {
  readonly nextPicture: () => Promise<Frame>;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

async function measureLevel(
  lmm: ServedLmm,
  atOnce: number,
  { nextPicture, signal, now }: LevelOptions,
): Promise<LoadFigure> {
  const pictures: Frame[] = [];
  const askers = atOnce * lmm.capacity;
  while (pictures.length < askers * (1 + QUESTIONS)) pictures.push(await nextPicture());
  const latencies: number[] = [];
  const ask = async (questions: number): Promise<void> => {
    for (let question = 0; question < questions; question++) {
      const picture = pictures.pop();
      if (!picture) return;
      throwIfClosed(signal);
      const begun = now();
      await lmm.propose(picture, "", { signal });
      latencies.push(now() - begun);
    }
  };
  const askTogether = (questions: number): Promise<unknown> =>
    Promise.all(Array.from({ length: askers }, () => ask(questions)));
  await askTogether(1);
  latencies.length = 0;
  const started = now();
  await askTogether(Infinity);
  const minutes = (now() - started) / 60_000;
  const median = latencies.sort((a, b) => a - b)[latencies.length >> 1] ?? 0;
  return { atOnce, perMinute: latencies.length / minutes, medianMs: median };
}

/** The same photo, of each step a little darker or narrower than of any other. */
async function vary(photo: Buffer, step: number): Promise<Frame> {
  const sharp = await loadSharp();
  const { width, height } = await sharp(photo).metadata();
  const brightness = 1 - (step % BRIGHTNESSES) / (10 * BRIGHTNESSES);
  const cut = Math.floor(step / BRIGHTNESSES) % (width >> 1);
  const { frames } = await readFrames(
    await sharp(photo)
      .extract({ left: 0, top: 0, width: width - cut, height })
      .modulate({ brightness })
      .jpeg()
      .toBuffer(),
  );
  const [frame] = frames;
  if (!frame) throw new Error("a photo of the package has no picture");
  return frame;
}
