import { readFrames } from "../lib/frame/read-frames";
import type { SceneGrid } from "../lib/frame/scene-grid";
import { isUnchanged } from "../lib/tlac/frame-gate";
import { measureChange } from "../lib/tlac/scene-change";
import { createRandom } from "../tools/fit-confidence/random";
import { percent, printFigure, printTitle } from "./print";
import {
  blur,
  CALM,
  damage,
  drawPlantScenes,
  light,
  readScene,
  record,
  type Defect,
  type Random,
  type Raw,
  type Recording,
} from "./scene-recordings";

const PHOTOS = 16;
const STILL_FRAMES = 6;

/** How a still scene is recorded; the last one has all of it at once. */
const RECORDINGS: Readonly<Record<string, Recording>> = {
  "little noise, JPEG 88 to 92": CALM,
  "noise of up to 8 levels": { ...CALM, noise: 8 },
  "light that flickers by 15 %, in bands too": { ...CALM, flicker: 0.15, bands: 0.08 },
  "JPEG 50 to 95": { ...CALM, quality: [50, 95] },
  "a camera that trembles by a pixel": { ...CALM, shake: 1 },
  "all of it": { noise: 5, flicker: 0.12, bands: 0.06, shake: 1, quality: [60, 92], evening: 0 },
};
const HARDEST = "all of it";

const grey = (levels: number): [number, number, number] => [levels, levels, levels];

/** `usual`: a contrast that a person sees at once; held against the goal. */
const DEFECTS: readonly (Defect & { readonly usual: boolean })[] = [
  ...[0.005, 0.01, 0.02].flatMap((area) => [
    { name: "spot, 30 levels darker", area, levels: grey(-30), usual: area === 0.02 },
    { name: "spot, 30 levels brighter", area, levels: grey(30), usual: area === 0.02 },
    { name: "spot, 15 levels darker", area, levels: grey(-15), usual: false },
  ]),
  ...[4, 16].map((spots) => ({
    ...{ name: `${String(spots)} spots, 30 levels darker`, area: 0.02, spots },
    ...{ levels: grey(-30), usual: true },
  })),
  { name: "scratch, 40 levels darker", area: 0.02, shape: 25, levels: grey(-40), usual: true },
  { name: "spot as bright, redder", area: 0.02, levels: [36, -18, 0], usual: true },
];

/** What crosses the picture, as bands of light do. */
const CROSSING: readonly Defect[] = [
  ...(["width", "height"] as const).flatMap((across) =>
    [0.02, 0.1, 0.3, 0.45].map((area) => ({
      ...{ name: `stripe across the ${across}, 30 levels darker`, area, across },
      levels: grey(-30),
    })),
  ),
  { name: "level that rises, 25 levels brighter", area: 0.3, across: "width", levels: grey(25) },
  { name: "everything redder", area: 1, across: "width", levels: [36, -18, 0] },
];

/** What light, a part of the plant, or the camera itself does to all of a picture or to half of it. */
const COARSE: readonly {
  name: string;
  change: (scene: Raw, random: Random) => Raw | Promise<Raw>;
}[] = [
  ...(["width", "height"] as const).flatMap((across) =>
    [-15, 15].map((levels) => ({
      name: `half of it, across the ${across}, ${String(levels)} levels`,
      change: (scene: Raw, random: Random) =>
        damage(scene, { name: "half", area: 0.5, across, levels: grey(levels) }, random),
    })),
  ),
  ...[0.5, 2].map((gain) => ({
    name: `${String(gain)} times the light`,
    change: (scene: Raw) => light(scene, gain),
  })),
  {
    name: "a camera out of focus (blurred by 6 of 1,024 pixels)",
    change: (scene) => blur(scene, 6),
  },
];

const EVENING_FRAMES = 40;

interface Tally {
  opened: number;
  all: number;
}

/**
 * How well a scene that stands still is told from one that has changed, on recordings made here of
 * drawn scenes and of photos: what opens the gate without a reason, and which defects do not.
 */
export async function measureSceneGate(photos: readonly string[]): Promise<void> {
  const random = createRandom(11);
  const coarsely = createRandom(12);
  const still = new Map<string, Tally>();
  const found = new Map<string, Tally & { usual: boolean }>();
  const crossing = new Map<string, Tally>();
  const coarse = new Map<string, Tally>();
  const evening: Tally = { opened: 0, all: 0 };
  let scenes = 0;
  for await (const scene of readScenes(photos)) {
    scenes += 1;
    for (const [name, recording] of Object.entries(RECORDINGS)) {
      const tally = still.get(name) ?? { opened: 0, all: 0 };
      still.set(name, tally);
      await watch(tally, STILL_FRAMES, () => look(scene, recording, random));
    }
    await watch(evening, EVENING_FRAMES, (at) =>
      look(scene, { ...CALM, evening: at / EVENING_FRAMES }, random),
    );
    const hard = RECORDINGS[HARDEST] as Recording;
    const judged = await look(scene, hard, random);
    for (const defect of DEFECTS) {
      const now = await look(damage(scene, defect, random), hard, random);
      const name = nameOf(defect);
      const tally = found.get(name) ?? { opened: 0, all: 0, usual: defect.usual };
      count(tally, judged, now);
      found.set(name, tally);
    }
    for (const defect of CROSSING) {
      const now = await look(damage(scene, defect, random), hard, random);
      const tally = crossing.get(nameOf(defect)) ?? { opened: 0, all: 0 };
      count(tally, judged, now);
      crossing.set(nameOf(defect), tally);
    }
    for (const { name, change } of COARSE) {
      const now = await look(await change(scene, coarsely), hard, coarsely);
      const tally = coarse.get(name) ?? { opened: 0, all: 0 };
      count(tally, judged, now);
      coarse.set(name, tally);
    }
  }
  printStill(scenes, still, evening);
  printFound(found);
  printTitle("Scene gate: changes that cross the picture and open it, recorded with all of that");
  printAll(crossing, 0.95);
  printTitle("Scene gate: changes of half the picture, light and focus that open it, recorded so");
  printAll(coarse, 0.9);
}

function nameOf({ area, name }: Defect): string {
  return `${(100 * area).toFixed(1)} % of the area: ${name}`;
}

/** A scene that stands still, with the last judged frame kept as the gate keeps it. */
async function watch(
  tally: Tally,
  frames: number,
  lookAt: (frame: number) => Promise<SceneGrid>,
): Promise<void> {
  let judged = await lookAt(0);
  for (let frame = 1; frame <= frames; frame++) {
    const now = await lookAt(frame);
    if (count(tally, judged, now)) judged = now;
  }
}

function count(tally: Tally, judged: SceneGrid, now: SceneGrid): boolean {
  const isOpen = !isUnchanged(measureChange(judged, now));
  tally.all += 1;
  if (isOpen) tally.opened += 1;
  return isOpen;
}

function printStill(scenes: number, still: ReadonlyMap<string, Tally>, evening: Tally): void {
  printTitle(`Scene gate: ${String(scenes)} still scenes; frames that open it without a reason`);
  for (const [name, { opened, all }] of still) {
    printFigure(name, percent(opened, all), { text: "≤ 5 %", met: opened <= 0.05 * all });
  }
  printFigure("noon to evening in 40 frames", percent(evening.opened, evening.all), {
    text: "≤ 5 %",
    met: evening.opened <= 0.05 * evening.all,
  });
}

function printFound(found: ReadonlyMap<string, Tally & { usual: boolean }>): void {
  printTitle("Scene gate: defects that open it, recorded with all of that");
  const usual: Tally = { opened: 0, all: 0 };
  for (const [name, tally] of found) {
    printFigure(name, percent(tally.opened, tally.all));
    if (!tally.usual) continue;
    usual.opened += tally.opened;
    usual.all += tally.all;
  }
  printFigure("2 % of the area, 30 levels or more, all", percent(usual.opened, usual.all), {
    text: "≥ 99 %",
    met: usual.opened >= 0.99 * usual.all,
  });
}

function printAll(found: ReadonlyMap<string, Tally>, goal: number): void {
  for (const [name, { opened, all }] of found) printFigure(name, percent(opened, all));
  const tallies = [...found.values()];
  const all = tallies.reduce((sum, one) => sum + one.all, 0);
  const opened = tallies.reduce((sum, one) => sum + one.opened, 0);
  printFigure("all", percent(opened, all), {
    text: `≥ ${(100 * goal).toFixed(0)} %`,
    met: opened >= goal * all,
  });
}

async function* readScenes(photos: readonly string[]): AsyncGenerator<Raw> {
  yield* await drawPlantScenes();
  const step = Math.max(1, Math.floor(photos.length / PHOTOS));
  const chosen = photos.filter((_, at) => at % step === 0).slice(0, PHOTOS);
  for (const file of chosen) yield await readScene(file);
}

async function look(scene: Raw, recording: Recording, random: Random): Promise<SceneGrid> {
  const { frames } = await readFrames(await record(scene, recording, random));
  const [frame] = frames;
  if (!frame) throw new Error("A recorded frame could not be read.");
  return frame.sceneGrid();
}
