/**
 * Tortures a real flow: `npm run soak -- --minutes 2 [--seed 1] [--photos <folder>]`.
 *
 * Three cameras over a real Mosquitto, a `tlac` node each, alerts behind them, one LMM server of two
 * hosts that fail at random, are killed and come back, a broker that restarts, and redeploys in
 * between. Ends with 0 only if each frame that reached its node ended exactly once, the alerts are
 * those of a simple model of their rules, nothing was rejected unheard, and memory and handles are
 * flat.
 */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import RED from "node-red";

import { findPort } from "../../test/e2e/browser/helpers/editor";
import { MqttProbe, startMosquitto } from "../../test/helpers/mosquitto";
import { createDice } from "../../test/ollama-double/dice";
import { AlertAudit } from "./alert-audit";
import { film, listPhotos } from "./cameras";
import { disturb } from "./disturb";
import { Ledger, type Totals } from "./ledger";
import { LmmProcess } from "./lmm-process";
import { createPlantFlow, DOORS, type FlowNode, type PlantOptions } from "./plant-flow";
import { compareQuarters, readVitals, type Vitals } from "./vitals";

const ROOT = path.join(__dirname, "..", "..");
/** Milliseconds. */
const SAMPLE_MS = 1_000;
const REPORT_MS = 10_000;
const RECONNECT_MS = 500;
const HOSTS = [1, 2] as const;
/** How many requests to the LMM server meet a fault. */
const FAULT_RATE = 0.08;

/** A user directory in which Node-RED finds this package as after an install. */
function createUserDir(flow: readonly object[]): string {
  const userDir = mkdtempSync(path.join(tmpdir(), "tlac-soak-"));
  const scope = path.join(userDir, "node_modules", "@tlac");
  mkdirSync(scope, { recursive: true });
  symlinkSync(ROOT, path.join(scope, "node-red-tlac"), "junction");
  writeFileSync(path.join(userDir, "flows.json"), JSON.stringify(flow));
  return userDir;
}

function printTable(rows: readonly (readonly [string, string | number])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
}

/** The flow as it is now, and the ways to deploy it. */
class Deployer {
  private readonly revisions: Record<string, number> = {};

  constructor(
    private readonly options: Omit<PlantOptions, "revisions">,
    private readonly ledger: Ledger,
  ) {}

  get flow(): FlowNode[] {
    return createPlantFlow({ ...this.options, revisions: this.revisions });
  }

  async all(): Promise<void> {
    this.ledger.closing = true;
    try {
      await this.deploy("full");
    } finally {
      this.ledger.closing = false;
    }
  }

  async changed(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.revisions[id] = (this.revisions[id] ?? 0) + 1;
    await this.deploy("nodes");
  }

  /** Resolves once the new nodes are up, which is later than the runtime says it has deployed. */
  private async deploy(deploymentType: "full" | "nodes"): Promise<void> {
    const started = once(RED.events, "flows:started");
    // The typings leave the kind of deployment out.
    const request = { flows: { flows: this.flow, credentials: {} }, deploymentType };
    await RED.runtime.flows.setFlows(request);
    await started;
  }
}

async function main(minutes: number, seed: number, photoFolder: string): Promise<boolean> {
  const photos = listPhotos(photoFolder);
  const unheard: unknown[] = [];
  const keep = (thrown: unknown): void => void unheard.push(thrown);
  process.on("unhandledRejection", keep).on("uncaughtException", keep);

  const dataDir = mkdtempSync(path.join(tmpdir(), "tlac-soak-data-"));
  const broker = await startMosquitto(dataDir, await findPort());
  const probe = await MqttProbe.connect(broker.port, "tlac/alert/#");
  const hosts = HOSTS.map(
    (host) =>
      new LmmProcess({ seed: seed + 1_000 * host, faultRate: FAULT_RATE, cacheDir: dataDir }),
  );
  await Promise.all(hosts.map((host) => host.start()));

  const ledger = new Ledger(RED);
  const audit = new AlertAudit(RED);
  // Only half of the names are classes: a person should look at the rest.
  const classes = photos
    .filter((_photo, position) => position % 2 === 0)
    .map((photo) => path.basename(photo, ".jpg").replaceAll(/[-_]/g, " "));
  const lmmUrls = hosts.map(({ url }) => url);
  const deployer = new Deployer({ brokerPort: broker.port, lmmUrls, classes }, ledger);
  const userDir = createUserDir(deployer.flow);
  const server = http.createServer();
  RED.init(server, {
    userDir,
    flowFile: "flows.json",
    credentialSecret: false,
    httpAdminRoot: false,
    httpNodeRoot: false,
    mqttReconnectTime: RECONNECT_MS,
    logging: { console: { level: "off", metrics: false, audit: false } },
    functionExternalModules: false,
    externalModules: { autoInstall: false },
  } as Parameters<typeof RED.init>[1]);
  const started = once(RED.events, "flows:started");
  await RED.start();
  await started;

  const samples: Vitals[] = [];
  const sampler = setInterval(() => samples.push(readVitals()), SAMPLE_MS);
  const reporter = setInterval(() => {
    report(ledger.totals, readVitals());
  }, REPORT_MS);

  const over = new AbortController();
  const publish = (topic: string, payload: Buffer): Promise<void> => probe.publish(topic, payload);
  const filming = film({ photos, dice: createDice(seed), publish, signal: over.signal });
  const disturbing = disturb(
    {
      hosts: hosts.map((host) => ({ stop: () => host.kill(), start: () => host.start() })),
      broker,
      deployAll: () => deployer.all(),
      deployChanged: (ids) => deployer.changed(ids),
    },
    createDice(seed + 1),
    over.signal,
  );
  await sleep(minutes * 60_000);
  over.abort();
  const disturbances = await disturbing;
  const sent = await filming;
  clearInterval(sampler);
  clearInterval(reporter);

  // Frames are still under way here: the closing runtime has to answer them.
  ledger.closing = true;
  await RED.stop();
  const { totals } = ledger;
  await probe.close();
  await broker.stop();
  await Promise.all(hosts.map((host) => host.kill()));
  // Each socket tells of its close in a turn of its own.
  await sleep(SAMPLE_MS);
  const openSockets = process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP"));
  for (const folder of [userDir, dataDir]) rmSync(folder, { recursive: true, force: true });

  const trends = compareQuarters(samples);
  const failures = [...ledger.failures].map(([code, count]) => `${code} ${count}`).join(", ");
  const troubles = {
    "frames without exactly one end": ledger.unbalanced,
    "frames behind the wrong door": ledger.misrouted,
    "frames from nowhere": ledger.strays,
    "cameras whose alerts are not the model's": audit.deviations,
    "counts that do not add up": ledger.wrongCounts,
    "errors that nobody caught": unheard.map(describe),
    "sockets open after the stop": openSockets,
  };
  const doors = totals.class + totals.review + totals.skipped;
  console.log("");
  printTable([
    ["seed", seed],
    ["sent", sent.length],
    [
      "lost before a node (flow or broker connection down)",
      sent.filter((id) => !ledger.has(id)).length,
    ],
    ["in", totals.in],
    ...DOORS.map((door) => [door, totals[door]] as const),
    ["failed", `${totals.failed}${failures ? ` (${failures})` : ""}`],
    ["doors + failed", doors + totals.failed],
    ["alerts raised and cleared", audit.alerts],
    ["alerts at the broker", probe.heard.length],
    ["pictures asked, by host", hosts.map(({ pictures }) => pictures).join(" + ")],
    ["statuses with counts checked", ledger.statuses],
    ...[...disturbances].map(([kind, count]) => [kind, count] as const),
    ...trends.map(({ measure, before, after, limit, flat }) => {
      const values = [before, after, limit].map((value) =>
        value.toFixed(measure === "handles" ? 0 : 1),
      );
      return [
        measure,
        `${values[0]} → ${values[1]}, at most ${values[2]}: ${flat ? "flat" : "GROWS"}`,
      ] as const;
    }),
    ...Object.entries(troubles).map(([name, list]) => [name, list.length] as const),
  ]);
  for (const [name, list] of Object.entries(troubles)) {
    for (const trouble of list.slice(0, 10)) console.log(`✗ ${name}: ${trouble}`);
  }
  // A run in which nothing came in or nothing was judged has shown nothing.
  const judged = totals.class + totals.review > 0 && totals.failed > 0 && audit.alerts > 0;
  const balanced = totals.in === doors + totals.failed;
  const sound = Object.values(troubles).every((list) => list.length === 0);
  return judged && balanced && sound && trends.every(({ flat }) => flat);
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

function report(totals: Totals, { rssMb, handles }: Vitals): void {
  const time = new Date().toISOString().slice(11, 19);
  const counts = Object.entries(totals).map(([name, count]) => `${name} ${count}`);
  console.log([time, ...counts, `rss ${rssMb.toFixed(0)} MB`, `handles ${handles}`].join("  "));
}

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
    photos: { type: "string", default: path.join(ROOT, "examples", "photos") },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error("Expected --minutes with a number above 0 and --seed with a whole number.");
  process.exit(2);
}
main(minutes, seed, values.photos).then(
  // Node-RED keeps timers of its own after its stop.
  (passed) => process.exit(passed ? 0 : 1),
  (thrown: unknown) => {
    console.error(describe(thrown));
    process.exit(1);
  },
);
