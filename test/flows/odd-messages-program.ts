/**
 * The program of `odd-messages_spec.ts`: a real Node-RED gives each odd message to each of our
 * nodes and prints, one JSON line a message, where it ended.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { startRealRuntime, type Received } from "../helpers/real-runtime";
import { ODD_MESSAGES, type End } from "./odd-messages";
import { paint } from "./scripted-lmm";

const KINDS = ["tlac", "clip-match", "lmm-candidates"];
const PATIENCE_MS = 15_000;
const place = { z: "tab", x: 0, y: 0 };
const settings = {
  ...{ image: "payload", imageType: "msg", camera: "topic", cameraType: "msg" },
  ...{ classes: "hammer, screw", server: "", model: "", vocabulary: "", mode: "slac" },
  ...{ input: "image", prompt: "", domain: "", unchanged: "off", filters: [] },
};
/** Of the core nodes, the one that looks at nothing in a message. */
const probe = { ...place, type: "junction", wires: [[]] };
const flow = [
  { id: "tab", type: "tab", label: "" },
  ...KINDS.map((type) => ({
    ...settings,
    ...place,
    id: type,
    type,
    wires: [["door"], ["door"], ["door"]],
  })),
  { id: "catch", ...place, type: "catch", scope: null, uncaught: false, wires: [["caught"]] },
  { id: "door", ...probe },
  { id: "caught", ...probe },
];

async function main(): Promise<void> {
  let ends: End[] = [];
  let wake: () => void = () => undefined;
  const note = (end: End): void => {
    ends.push(end);
    wake();
  };
  const runtime = await startRealRuntime(flow, ({ level, id }) => {
    if (level <= 20 && id !== undefined && KINDS.includes(id)) note("logged");
  });
  runtime.hooks.add("onReceive.odd", ({ destination: { id } }: Received) => {
    if (id === "door" || id === "caught") note(id);
  });
  const image = await paint();
  for (const kind of KINDS) {
    for (const { name, make } of ODD_MESSAGES) {
      ends = [];
      const first = new Promise<void>((resolve) => (wake = resolve));
      runtime.flows.getNode(kind)?.receive(make(image));
      await Promise.race([first, sleep(PATIENCE_MS, undefined, { ref: false })]);
      // A second end would follow within a turn or two.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((go) => setImmediate(go));
      process.stdout.write(`${JSON.stringify({ kind, name, ends })}\n`);
    }
  }
  await runtime.stop();
}

void main().then(() => process.exit(0));
