/**
 * A whole Node-RED, not the test helper's imitation: for what may end a process, or depends on how
 * the runtime starts and stops its nodes. It serves a process of its own, because there is only
 * one in each.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

import RED, { type NodeAPI } from "node-red";

import manifest from "../../package.json";
import { removeFolder } from "./remove-folder";

const root = path.join(__dirname, "..", "..");
const TYPES = Object.keys(manifest["node-red"].nodes);

/** A line that Node-RED would write to its log. */
export interface LogEntry {
  readonly level: number;
  readonly id?: string;
  readonly msg: unknown;
}

/** The part of the runtime that the typings leave out. */
export interface FlowsApi {
  getNode(id: string): { receive(message: object): void } | null;
  getFlows(): { readonly flows: readonly Record<string, unknown>[] };
  setFlows(
    flows: readonly object[],
    credentials: object,
    type: "full" | "flows" | "nodes",
  ): Promise<string>;
}

/** What the hook `onReceive` tells. */
export interface Received {
  readonly msg: { readonly _msgid: string };
  readonly destination: { readonly id: string };
}

export interface RealRuntime {
  readonly flows: FlowsApi;
  readonly hooks: NodeAPI["hooks"];
  readonly events: NodeJS.EventEmitter;
  stop(): Promise<void>;
}

/** Starts Node-RED with our nodes as they stand in the sources, and a flow. */
export async function startRealRuntime(
  flow: readonly object[],
  log: (entry: LogEntry) => void,
): Promise<RealRuntime> {
  const userDir = mkdtempSync(path.join(tmpdir(), "tlac-real-"));
  install(path.join(userDir, "node_modules", "tlac-from-source"));
  writeFileSync(path.join(userDir, "flows.json"), JSON.stringify(flow));
  const server = createServer();
  RED.init(server, {
    userDir,
    flowFile: "flows.json",
    httpAdminRoot: false,
    httpNodeRoot: false,
    credentialSecret: false,
    lang: "en-US",
    logging: { probe: { level: "warn", handler: () => log } },
  } as never);
  const events = RED.runtime.events;
  const started = new Promise((resolve) => events.once("flows:started", resolve));
  await RED.start();
  await started;
  return {
    flows: RED.nodes as never,
    hooks: RED.hooks,
    events,
    stop: async () => {
      await RED.stop();
      server.close();
      await removeFolder(userDir);
    },
  };
}

/** As an installed package: its nodes only lead to the sources, and no editor is there to read HTML. */
function install(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const type of TYPES) {
    const source = JSON.stringify(path.join(root, "nodes", `${type}.ts`));
    writeFileSync(path.join(folder, `${type}.js`), `module.exports = require(${source}).default;`);
    const html = `<script type="text/html" data-template-name="${type}"></script>`;
    writeFileSync(path.join(folder, `${type}.html`), html);
  }
  const nodes = Object.fromEntries(TYPES.map((type) => [type, `${type}.js`]));
  const text = { name: "tlac-from-source", version: "1.0.0", "node-red": { nodes } };
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(text));
}
