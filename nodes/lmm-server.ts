import type { NodeAPI, NodeDef } from "node-red";

import { within } from "../lib/async/waits";
import type { Language } from "../lib/i18n/catalogue";
import type { ServerState } from "../lib/lmm/client/server-state";
import type { ServedLmm } from "../lib/lmm/client/served-lmm";
import { createLmm, type EngineSettings } from "../lib/lmm/engines";
import { BoundedQueue, type QueueOptions } from "../lib/queue/bounded-queue";
import { serveLmmServer } from "./admin/lmm-server";
import { serveMetrics } from "./admin/metrics";
import { toComplaint } from "./admin/reply";
import type {
  LmmServerCredentials,
  LmmServerNode,
  ServerView,
} from "./runtime/settings/config-nodes";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { readOnce } from "./runtime/settings/read-once";
import { readEngineSettings, type EngineFields } from "./runtime/settings/engine-settings";
import { readNumber, type NumberField } from "./runtime/settings/read-settings";
import { describeServer } from "./runtime/metrics/server-metrics";
import { addMetrics } from "./runtime/metrics/sources";
import { HostWatch } from "./runtime/server/host-watch";
import { ServerActivity } from "./runtime/server/server-activity";
import { runtimeLanguage } from "./runtime/status/language";

/** Milliseconds; Node-RED waits no longer than 15 s for a node to close. */
const CLOSE_MS = 4_000;

interface LmmServerDef extends NodeDef, EngineFields {
  concurrency: NumberField;
  queueLength: NumberField;
  /** Seconds; 0 or empty: any time. */
  maxAge: NumberField;
  latestOnly: boolean;
}

export default function (RED: NodeAPI): void {
  serveLmmServer(RED);
  serveMetrics(RED);
  function LmmServerNode(this: LmmServerNode, def: LmmServerDef): void {
    RED.nodes.createNode(this, def);
    this.address = { kind: def.kind, host: def.host };
    this.activity = new ServerActivity();
    const readSettings = readOnce(() => {
      checkEnvironment("lmm-server", def, { ...this.credentials });
      return {
        queue: readQueueOptions(def),
        engine: readEngineSettings(def, this.credentials.apiKey),
      };
    });
    const language = runtimeLanguage(RED);
    let queue: BoundedQueue | undefined;
    let lmm: ServedLmm | undefined;
    this.getQueue = () => (queue ??= openQueue(readSettings().queue, () => lmm?.capacity ?? 1));
    this.latestOnly = def.latestOnly;
    const open = (engine: EngineSettings): ServedLmm => {
      const served = this.activity.observe(createLmm(engine));
      const watch = new HostWatch(this, language);
      served.onState(() => {
        queue?.refresh();
        watch.look(served.hosts);
      });
      return served;
    };
    this.openLmm = () => {
      const { engine } = readSettings();
      return engine && (lmm ??= open(engine));
    };
    this.check = () => {
      this.getQueue();
      this.openLmm();
    };
    this.readActivity = (language) => ({
      ...this.activity.read(),
      queue: { waiting: queue?.length ?? 0, active: queue?.active ?? 0 },
      ...describeState(lmm?.state, language),
      hosts: (lmm?.hosts ?? []).map(({ error, state, ...view }) => ({
        ...{ ...view, state: state.kind },
        ...(error ? { error: toComplaint(error, language) } : {}),
      })),
    });
    const labels = { server: this.id, name: this.name ?? "", model: def.model };
    const forgetMetrics = addMetrics(() =>
      describeServer(labels, this.readActivity(language), this.activity.readDurations(labels)),
    );
    this.on("close", (closed: () => void) => {
      forgetMetrics();
      void within(CLOSE_MS, Promise.resolve(lmm?.close()))
        .catch(() => undefined)
        .finally(closed);
    });
  }
  RED.nodes.registerType<LmmServerNode, LmmServerDef, object, LmmServerCredentials>(
    "lmm-server",
    LmmServerNode,
    {
      credentials: { apiKey: { type: "password" } },
    },
  );
}

/** One line for all hosts; each takes as many at a time as the dialog says. */
function openQueue(options: HostQueueOptions, countHosts: () => number): BoundedQueue {
  const concurrency = (): number => options.concurrency * countHosts();
  return new BoundedQueue({ ...options, concurrency });
}

interface HostQueueOptions extends QueueOptions {
  readonly concurrency: number;
}

function readQueueOptions(def: LmmServerDef): HostQueueOptions {
  return {
    concurrency: readNumber(def.concurrency, "concurrency"),
    maxLength: readNumber(def.queueLength, "queueLength"),
    maxAgeMs: (readNumber(def.maxAge, "maxAge") ?? 0) * 1_000,
  };
}

function describeState(
  state: ServerState | undefined,
  language: Language,
): Pick<ServerView, "state" | "pauseSeconds" | "error"> {
  if (!state) return { state: null };
  const pause =
    state.kind === "breaker-open"
      ? { pauseSeconds: Math.max(0, Math.ceil((state.retryAt - performance.now()) / 1_000)) }
      : {};
  const error = "error" in state ? { error: toComplaint(state.error, language) } : {};
  return { state: state.kind, ...pause, ...error };
}
