/**
 * The program of `deploys_spec.ts`: a real Node-RED that is deployed again and again while messages
 * are under way, and prints what became of each.
 */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

import { startRealRuntime, type Received } from "../helpers/real-runtime";
import { paint } from "./scripted-lmm";

export interface Fate {
  readonly type: "full" | "flows" | "nodes";
  readonly sent: readonly string[];
  /** By id, once for each time: reached a living node behind Catch, or stood in the node's log. */
  readonly caught: readonly string[];
  readonly logged: readonly string[];
}

const DEPLOYS = 100;
/** Two are in the LMM's hands, one waits for its turn. */
const MESSAGES = ["a", "b", "c"];
const place = { z: "tab", x: 0, y: 0 };

async function main(): Promise<void> {
  // An LMM that takes a question and never answers.
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const node = {
    ...{ image: "payload", imageType: "msg", camera: "topic", cameraType: "msg" },
    ...{
      classes: "hammer, screw",
      model: "",
      vocabulary: "",
      mode: "slac",
      prompt: "",
      domain: "",
    },
    ...{ unchanged: "off", filters: [], server: "server", wires: [[], [], []] },
  };
  const flow = [
    { id: "tab", type: "tab", label: "" },
    {
      ...{ id: "server", type: "lmm-server", kind: "ollama", host: `http://127.0.0.1:${port}` },
      ...{ model: "llava", concurrency: "2", canary: false },
    },
    // A Catch before the node stops before it, one behind it after it.
    { id: "before", ...place, type: "catch", scope: null, uncaught: false, wires: [["first"]] },
    { ...node, ...place, id: "tlac", type: "tlac" },
    { id: "first", ...place, type: "junction", wires: [["caught"]] },
    { id: "caught", ...place, type: "junction", wires: [[]] },
  ];
  const caught: string[] = [];
  const lines: string[] = [];
  const runtime = await startRealRuntime(flow, ({ id, msg }) => {
    if (id === "tlac" && typeof msg === "string") lines.push(msg);
  });
  // Only a living first junction passes a message on to the second.
  runtime.hooks.add("onReceive.deploys", ({ msg, destination: { id } }: Received) => {
    if (id === "caught") caught.push(msg._msgid);
  });
  const image = await paint();
  for (const type of ["nodes", "flows", "full"] as const) {
    for (let deploy = 0; deploy < DEPLOYS; deploy += 1) {
      caught.length = 0;
      lines.length = 0;
      const sent = MESSAGES.map((name) => `${type}-${deploy}-${name}`);
      const target = runtime.flows.getNode("tlac");
      for (const id of sent) target?.receive({ _msgid: id, topic: `of ${id}`, payload: image });
      // Not at the same moment each time.
      for (let turn = 0; turn < deploy % 7; turn += 1) await new Promise((go) => setImmediate(go));
      const renamed = flow.map((each) =>
        each.id === "tlac" ? { ...each, name: `deploy ${deploy}` } : { ...each },
      );
      const started = once(runtime.events, "flows:started");
      await runtime.flows.setFlows(renamed, {}, type);
      await started;
      const logged = sent.filter((id) => lines.some((line) => line.includes(`of ${id} (${id})`)));
      process.stdout.write(`${JSON.stringify({ type, sent, caught, logged } satisfies Fate)}\n`);
    }
  }
  silent.close();
  await runtime.stop();
}

void main().then(() => process.exit(0));
