/**
 * Several Node-RED processes on one Mosquitto: `npm run bench:workers`. Each runs the worker's tab
 * of example 17 against a stand-in for Ollama that takes 300 ms a picture, so what is measured is
 * how the work is shared out. Ends with 1 where a goal is missed.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import sharp from "sharp";

import { findPort, type Editor } from "../test/e2e/browser/helpers/editor";
import { MqttProbe, startMosquitto, type Mosquitto } from "../test/helpers/mosquitto";
import { startWorker } from "../test/helpers/workers";
import { ScriptedBrain } from "../test/ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../test/ollama-double/server";
import { percent, printFigure, printTitle } from "./print";

const WORKERS = [1, 2, 4] as const;
/** Milliseconds that the model takes for a picture. */
const PICTURE_MS = 300;
/** Pictures for each worker. */
const PICTURES = 40;
const LEAST_SHARE = 0.9;
/** Milliseconds without a result after which none is to come. */
const QUIET_MS = 4_000;

interface Bench {
  readonly broker: Mosquitto;
  readonly probe: MqttProbe;
  readonly double: OllamaDouble;
  readonly picture: Buffer;
  readonly met: boolean[];
}

async function main(): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), "tlac-workers-"));
  const broker = await startMosquitto(folder, await findPort());
  const probe = await MqttProbe.connect(broker.port, "#");
  const double = await startOllamaDouble({
    brain: new ScriptedBrain(({ images }) =>
      images.length > 0 ? { json: { names: ["rocket"] } } : "{}",
    ),
    scheduling: { numParallel: 64 },
    delays: { promptEval: PICTURE_MS },
    journalSize: 100,
  });
  const create = { width: 320, height: 240, channels: 3, background: "#806040" } as const;
  const picture = await sharp({ create }).jpeg().toBuffer();
  const bench = { broker, probe, double, picture, met: [] };
  try {
    printTitle(`Workers on one broker, ${PICTURE_MS} ms a picture, ${PICTURES} pictures each`);
    const alone = await measureShare(bench, 1, undefined);
    for (const count of WORKERS.slice(1)) await measureShare(bench, count, alone);
    printTitle("Two workers, one killed in the middle");
    await killOne(bench);
    return bench.met.every(Boolean);
  } finally {
    await probe.close();
    await double.close();
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Pictures a second with so many workers. */
async function measureShare(
  bench: Bench,
  count: number,
  alone: number | undefined,
): Promise<number> {
  const run = `w${count}`;
  const workers = await startWorkers(bench, count);
  try {
    await warmUp(bench, count);
    const total = PICTURES * count;
    const started = performance.now();
    await Promise.all(Array.from({ length: total }, (_, index) => publish(bench, run, index)));
    const last = await hearAll(bench, run, total);
    const perSecond = total / ((last - started) / 1_000);
    const share = perSecond / ((alone ?? perSecond) * count);
    goal(bench, `${count} worker${count > 1 ? "s" : ""}: pictures a second`, perSecond.toFixed(2), {
      text: `≥ ${LEAST_SHARE} × ${count} × one worker's`,
      met: share >= LEAST_SHARE,
    });
    reportEnds(bench, run, total, []);
    return perSecond;
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** What a killed worker had in hand is lost; the rest waits for it, or goes to the other. */
async function killOne(bench: Bench): Promise<void> {
  const run = "kill";
  const workers = await startWorkers(bench, 2);
  const [victim, other] = workers as [Editor, Editor];
  let again: Editor | undefined;
  try {
    await warmUp(bench, 2);
    const total = PICTURES;
    for (let index = 0; index < total; index += 1) {
      if (index === total >> 1) await victim.kill();
      await publish(bench, run, index);
      await sleep((PICTURE_MS / 2) * 1.25);
    }
    again = (await startWorkers(bench, 1))[0];
    await hearAll(bench, run, total);
    const answered = new Set(resultsOf(bench, run));
    const taken = bench.probe.heard.flatMap(({ topic }) => {
      const [, worker, camera] = /^taken\/([^/]+)\/(kill-\d+)$/.exec(topic) ?? [];
      return worker === "1" && camera ? [camera] : [];
    });
    reportEnds(
      bench,
      run,
      total,
      taken.filter((camera) => !answered.has(camera)),
    );
  } finally {
    await Promise.all([other.stop(), again?.stop()]);
  }
}

/** Counts how pictures ended; all that is lost must have been in the hand of the killed. */
function reportEnds(bench: Bench, run: string, total: number, inHand: readonly string[]): void {
  const results = resultsOf(bench, run);
  const answered = new Set(results);
  const lost = Array.from({ length: total }, (_, index) => `${run}-${index}`).filter(
    (camera) => !answered.has(camera),
  );
  const twice = results.length - answered.size;
  printFigure("  judged", percent(answered.size, total));
  goal(bench, "  judged twice", String(twice), { text: "0", met: twice === 0 });
  goal(bench, "  lost", String(lost.length), {
    text: `${inHand.length} that the killed worker had in hand`,
    met: lost.every((camera) => inHand.includes(camera)),
  });
}

function goal(
  bench: Bench,
  name: string,
  value: string,
  target: { readonly text: string; readonly met: boolean },
): void {
  bench.met.push(target.met);
  printFigure(name, value, target);
}

const resultsOf = ({ probe }: Bench, run: string): string[] =>
  probe.heard.flatMap(({ topic }) => {
    const [, camera] = /^results\/(.+)$/.exec(topic) ?? [];
    return camera?.startsWith(`${run}-`) ? [camera] : [];
  });

/** Resolves with the time of the last result, once all are here or none comes any more. */
async function hearAll(bench: Bench, run: string, total: number): Promise<number> {
  let last = performance.now();
  let heard = 0;
  while (heard < total && performance.now() - last < QUIET_MS) {
    await sleep(5);
    const now = new Set(resultsOf(bench, run)).size;
    if (now > heard) last = performance.now();
    heard = now;
  }
  return last;
}

function publish({ probe, picture }: Bench, run: string, index: number): Promise<void> {
  return probe.publish(`cameras/${run}-${index}`, picture);
}

/** Until each worker has judged: models and connections are up then. */
async function warmUp(bench: Bench, count: number): Promise<void> {
  const run = `warm${performance.now()}`.replace(".", "");
  await Promise.all(Array.from({ length: 2 * count }, (_, index) => publish(bench, run, index)));
  await hearAll(bench, run, 2 * count);
}

function startWorkers({ broker, double }: Bench, count: number): Promise<Editor[]> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Promise.all(
    numbers.map((number) => startWorker({ number, brokerPort: broker.port, lmmHost: double.url })),
  );
}

main().then(
  (met) => process.exit(met ? 0 : 1),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
