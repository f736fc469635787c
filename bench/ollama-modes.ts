import { readFile } from "node:fs/promises";
import path from "node:path";

import sharp from "sharp";

import type { Embedder } from "../lib/clip/embedder";
import type { Calibration } from "../lib/confidence/calibration";
import type { Coefficients } from "../lib/confidence/confidence";
import type { Frame } from "../lib/frame/frame";
import { readFrames } from "../lib/frame/read-frames";
import { createOllama } from "../lib/lmm/ollama/ollama";
import { VocabularyIndex } from "../lib/match/vocabulary-index";
import { calibrationKey } from "../lib/tlac/calibration-key";
import { classifyFrame } from "../lib/tlac/classify";
import { FrameGate } from "../lib/tlac/frame-gate";
import { FileReconcileMemo } from "../lib/tlac/reconcile-memo";
import type { CascadeStage, Mode, Result } from "../lib/tlac/result";
import { createEmbedderBrain } from "../test/ollama-double/embedder-brain";
import { startOllamaDouble } from "../test/ollama-double/server";
import { countAnswer, vocabularyOf, type ModeCount } from "./accuracy";
import type { LabelledPhoto } from "../lib/evaluation/labels/labelled-set";
import { percent, printFigure, printTitle } from "./print";

const MODEL = "llava:7b";

/** A mode, and how it is told to ask. */
interface Way {
  readonly mode: Mode;
  readonly askAlways?: boolean;
}

const WAYS: readonly (Way & { readonly name: string })[] = [
  { name: "slac", mode: "slac" },
  { name: "tlac", mode: "tlac" },
  { name: "cascade that always asks", mode: "cascade", askAlways: true },
  { name: "cascade", mode: "cascade" },
];

interface Measured extends ModeCount {
  readonly perPhoto: number;
}
const STREAM_FRAMES = 500;
const SCENES = 11;

/** Judges a frame of a photo in one way. */
type Judge = (frame: Frame, photo: LabelledPhoto) => Promise<Result>;

/** Coefficients of the bench's own prove nothing. */
const UNPROVEN: Omit<Calibration, "key" | "models"> = {
  ...{ version: 1, vocabulary: "", date: "", photos: 0, strangers: 0 },
  ...{ proven: {}, missing: {} },
};

/**
 * The modes side by side over HTTP. The recogniser answers behind the double, so this
 * measures the method and its cost in calls, not LLaVA.
 */
export async function measureOllamaModes(
  photos: readonly LabelledPhoto[],
  embedder: Embedder,
  cacheDir: string,
  coefficientsOf: (photo: LabelledPhoto) => Coefficients,
): Promise<void> {
  const double = await startOllamaDouble({
    brain: createEmbedderBrain(embedder),
    models: [{ name: MODEL }],
  });
  const ollama = createOllama({ host: double.url, model: MODEL, canary: false });
  const index = await VocabularyIndex.build(vocabularyOf(photos), embedder, {});
  /** Each way pays for its own answers: what another has paid for would make it look cheaper. */
  const prepare = async ({ mode, askAlways = false }: Way, file: string): Promise<Judge> => {
    const memo = await FileReconcileMemo.open(path.join(cacheDir, `${file}.jsonl`));
    return (frame, photo) => {
      const options = { mode, askAlways, lmm: ollama, index, memo, spotChecks: 0 };
      const key = calibrationKey(options, ollama.identity ?? null);
      const calibration = { ...UNPROVEN, ...coefficientsOf(photo), key };
      return classifyFrame(frame, { ...options, calibrations: [calibration] });
    };
  };
  const total = photos.length;
  try {
    // Who answers has to be known: a cascade asks once to find that out.
    await ollama.warmUp();
    printTitle(`Modes through Ollama's double, recogniser brain, ${String(total)} photos`);
    const measured = new Map<string, Measured>();
    for (const way of WAYS) {
      const judge = await prepare(way, way.name);
      const count: ModeCount = { right: 0, best: 0, wrong: 0, abstained: 0 };
      const stages = new Map<CascadeStage, number>();
      let calls = 0;
      for (const photo of photos) {
        const { file, label } = photo;
        const result = await judge(await readFrame(await readFile(file)), photo);
        calls += result.lmmCalls.length;
        const { cascade } = result;
        if (cascade) stages.set(cascade, (stages.get(cascade) ?? 0) + 1);
        countAnswer(count, result.ranking[0]?.label, result.label, label);
      }
      measured.set(way.name, { ...count, perPhoto: calls / total });
      printFigure(`${way.name}: decided and right`, percent(count.right, total));
      printFigure(`${way.name}: decided and wrong`, percent(count.wrong, total));
      printFigure(`${way.name}: LMM calls a photo`, (calls / total).toFixed(2));
      for (const [stage, stopped] of stages) {
        printFigure(`${way.name}: stopped at ${stage}`, percent(stopped, total));
      }
    }
    printGoals(measured, total);
    await measureStream(photos, await prepare({ mode: "cascade" }, "stream"));
  } finally {
    await ollama.close();
    await double.close();
  }
}

/** The cascade against one call a photo and against the paper's two. */
function printGoals(measured: ReadonlyMap<string, Measured>, total: number): void {
  const [slac, tlac, asked, cascade] = WAYS.map(({ name }) => measured.get(name));
  if (!slac || !tlac || !asked || !cascade) return;
  printFigure("cascade: LMM calls a photo", cascade.perPhoto.toFixed(2), {
    text: "≤ 0.5",
    met: cascade.perPhoto <= 0.5,
  });
  printFigure(
    "cascade minus one call a photo: right, wrong",
    `${String(cascade.right - slac.right)}, ${String(cascade.wrong - slac.wrong)} photos`,
    { text: "≥ 0, ≤ 0", met: cascade.right >= slac.right && cascade.wrong <= slac.wrong },
  );
  printFigure("cascade that always asks: calls a photo", asked.perPhoto.toFixed(2), {
    text: "≤ 1.2",
    met: asked.perPhoto <= 1.2,
  });
  const gap = (tlac.right - cascade.right) / total;
  printFigure("tlac minus cascade", `${(100 * gap).toFixed(1)} points`, {
    text: "≤ 1",
    met: gap <= 0.01,
  });
}

/** A camera that looks at a scene for a while: sensor noise in each frame, ten scene changes. */
async function measureStream(photos: readonly LabelledPhoto[], judge: Judge): Promise<void> {
  const gate = new FrameGate(3_600_000);
  const scenes = photos.slice(0, SCENES);
  const judgedScenes = new Map<string, number>();
  let calls = 0;
  let stale = 0;
  for (let number = 0; number < STREAM_FRAMES; number++) {
    const scene = Math.floor((number * scenes.length) / STREAM_FRAMES);
    const photo = scenes[scene] as LabelledPhoto;
    const frame = await readFrame(await addNoise(await readFile(photo.file), number));
    const known = await gate.recall("camera", "cascade", frame);
    if (known) {
      if (judgedScenes.get(known.id) !== scene) stale += 1;
      continue;
    }
    const result = await judge(frame, photo);
    calls += result.lmmCalls.length;
    judgedScenes.set(result.id, scene);
    await gate.remember("camera", "cascade", frame, result);
  }
  const perFrame = calls / STREAM_FRAMES;
  printTitle(
    `A camera stream of ${String(STREAM_FRAMES)} frames, ${String(scenes.length - 1)} scene changes`,
  );
  printFigure("LMM calls a frame", perFrame.toFixed(3), { text: "≤ 0.03", met: perFrame <= 0.03 });
  printFigure("frames answered with an earlier scene", String(stale));
}

async function readFrame(image: Buffer): Promise<Frame> {
  const { frames } = await readFrames(image);
  return frames[0] as Frame;
}

/** The noise of a sensor and another JPEG quality, so that no two frames are equal in bytes. */
async function addNoise(image: Buffer, seed: number): Promise<Buffer> {
  const { data, info } = await sharp(image)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let state = seed + 1;
  for (let position = 0; position < data.length; position++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = (data[position] ?? 0) + ((state >>> 24) % 9) - 4;
    data[position] = Math.max(0, Math.min(255, value));
  }
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels } })
    .jpeg({ quality: 80 + (seed % 15) })
    .toBuffer();
}
