// Memory (RSS, MB) of a Node-RED before its first picture, and after each quarter of the pictures
// that it judged with the starter. Prints JSON. Argument: how many pictures.
import { once } from "node:events";
import path from "node:path";

import sharp from "sharp";

import { dragNode } from "../../../test/helpers/flow-nodes";
import { startRealRuntime } from "../../../test/helpers/real-runtime";

const PHOTOS = ["cat", "dog", "espresso", "palace", "rocket", "squirrel"];
/** More than an embedder remembers, so that each picture is looked at. */
const VARIANTS = 4;

const place = { z: "tab", x: 0, y: 0 };
const flow = [
  { id: "tab", type: "tab" },
  dragNode("clip-model", "model"),
  {
    ...dragNode("tlac", "judge"),
    ...place,
    ...{ mode: "clip", model: "model", classes: PHOTOS.join(", "), unchanged: "off" },
    wires: [["out"], ["out"], ["out"]],
  },
  { id: "out", type: "function", ...place, func: "return null;", outputs: 0, wires: [] },
  { id: "failed", type: "catch", ...place, scope: null, wires: [["fault"]] },
  { id: "fault", type: "function", ...place, func: "return null;", outputs: 0, wires: [] },
];

interface Arrival {
  readonly msg: { readonly error?: { readonly message: string } };
  readonly destination: { readonly id: string };
}

async function main(): Promise<void> {
  const total = Number(process.argv[2]);
  const pictures = await createPictures();
  const runtime = await startRealRuntime(flow, () => undefined);
  const before = readMemory();
  const received = new EventTarget();
  runtime.hooks.add("onReceive.bench", ({ msg, destination }: Arrival) => {
    if (destination.id === "out") received.dispatchEvent(new Event("out"));
    if (destination.id === "fault") throw new Error(msg.error?.message);
  });
  const after: number[] = [];
  const quarter = Math.max(1, Math.floor(total / 4));
  for (let number = 1; number <= 4 * quarter; number++) {
    const left = once(received, "out");
    runtime.flows.getNode("judge")?.receive({ payload: pictures[number % pictures.length] });
    await left;
    if (number % quarter === 0) after.push(readMemory());
  }
  console.log(JSON.stringify({ before, after }));
  await runtime.stop();
}

function readMemory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage.rss() / 1e6;
}

async function createPictures(): Promise<Buffer[]> {
  const jobs = PHOTOS.flatMap((name) =>
    Array.from({ length: VARIANTS }, (_, variant) =>
      sharp(path.resolve(`examples/photos/${name}.jpg`))
        .resize(640 - 16 * variant, 480, { fit: "cover" })
        .jpeg()
        .toBuffer(),
    ),
  );
  return Promise.all(jobs);
}

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
