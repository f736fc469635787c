import { randomUUID } from "node:crypto";
import path from "node:path";

import type { NodeAPI } from "node-red";

import { TlacError } from "../../lib/errors";
import type { Language } from "../../lib/i18n/catalogue";
import type { ServerDialog } from "../../lib/lmm/client/dialog";
import type { ListedModel } from "../../lib/lmm/client/engine";
import { ENGINES } from "../../lib/lmm/engine-kinds";
import { eachHost, locate, withServerDialog, type EngineSettings } from "../../lib/lmm/engines";
import { measureServer } from "../../lib/lmm/measure-server";
import type { LmmServerNode } from "../runtime/settings/config-nodes";
import { readEngineSettings, type EngineFields } from "../runtime/settings/engine-settings";
import { Jobs, serveJobs } from "./jobs";
import { withServer } from "./lend-server";
import { countFlowCalls } from "./other-calls";
import { readField, Refusal, reply, toComplaint, type Call, type Complaint } from "./reply";

const ROOT = "/tlac/lmm-server";

/** What the check tells of each question in turn; what follows a failure is not asked. */
export interface CheckStep {
  readonly step: "reach" | "model" | "vision" | "canary";
  /** `untold`: the server does not say, and the next step shows. */
  readonly state: "running" | "ok" | "untold" | "failed" | "skipped";
  /** For the sentence that the dialog makes of it. */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly error?: Complaint;
}

/**
 * The endpoints behind the dialog of `lmm-server`. What speaks to a server needs the permission
 * to write, because whoever may deploy may choose the host; what a deployed node has counted needs
 * the permission to read.
 */
export function serveLmmServer(RED: NodeAPI): void {
  const jobs = new Jobs();
  const read = RED.auth.needsPermission("lmm-server.read");
  const write = RED.auth.needsPermission("lmm-server.write");

  RED.httpAdmin.get(
    `${ROOT}/defaults`,
    read,
    reply(() => Object.fromEntries(ENGINES.map((engine) => [engine, locate(engine, "")]))),
  );

  RED.httpAdmin.get(
    `${ROOT}/activity/:id`,
    read,
    reply(({ params, language }) => {
      const node = findServer(RED, params.id);
      if (!node) throw new Refusal("NOT_FOUND");
      return node.readActivity(language);
    }),
  );

  RED.httpAdmin.post(
    `${ROOT}/models`,
    write,
    reply(({ body, signal }) => listCommonModels(eachHost(readServer(RED, body)), signal)),
  );

  RED.httpAdmin.post(
    `${ROOT}/test`,
    write,
    reply(({ body, language }) => {
      const settings = readServer(RED, body);
      const job = jobs.start(randomUUID(), async (signal, report) => {
        const done: CheckStep[] = [];
        for (const host of eachHost(settings)) {
          await withServerDialog(host, signal, async (server) => {
            const steps = await checkServer(server, host, language, signal, (now) => {
              report([...done, ...now]);
            });
            done.push(...steps);
          });
        }
      });
      return { job };
    }),
  );

  RED.httpAdmin.post(
    `${ROOT}/measure`,
    write,
    reply(({ body }) => {
      const settings = readServer(RED, body);
      const job = jobs.start(randomUUID(), (signal, report) =>
        withServer(settings, async (lmm) => {
          const countOthers = () => countFlowCalls(RED, settings);
          report(await measureServer(lmm, { signal, onProgress: report, countOthers }));
        }),
      );
      return { job };
    }),
  );

  RED.httpAdmin.post(
    `${ROOT}/pull`,
    write,
    reply(({ body }) => {
      const settings = readServer(RED, body);
      const { model, engine } = settings;
      const hosts = eachHost(settings);
      const named = hosts.map(({ host }) => locate(engine, host)).join(" ");
      const job = jobs.start(`pull ${model} ${named}`, async (signal, report) => {
        for (const host of hosts) {
          await withServerDialog(host, signal, (server) => server.pull(report));
        }
      });
      return { job };
    }),
  );

  serveJobs(RED, "lmm-server", jobs);
}

function findServer(RED: NodeAPI, id: unknown): LmmServerNode | undefined {
  const node = typeof id === "string" ? (RED.nodes.getNode(id) as LmmServerNode | null) : null;
  return node?.type === "lmm-server" ? node : undefined;
}

/**
 * The fields as they stand in the dialog. A key that was typed comes along; one that is stored
 * stays on this side, and goes to the host of the deployed node alone. Throws `BAD_CONFIG`.
 */
export function readServer(RED: NodeAPI, body: Call["body"]): EngineSettings {
  const field = (name: string): string => readField(body, name);
  const fields: EngineFields = {
    // A server's fields from before there were two kinds.
    kind: (field("kind") || "ollama") as EngineFields["kind"],
    host: field("host"),
    caFile: field("caFile"),
    model: field("model"),
    keepAlive: field("keepAlive"),
    numCtx: field("numCtx"),
    numPredict: field("numPredict"),
    imageSide: field("imageSide"),
    connectTimeout: field("connectTimeout"),
    loadTimeout: field("loadTimeout"),
    answerTimeout: field("answerTimeout"),
    totalTimeout: field("totalTimeout"),
    // The check shows the photos by itself, and only after all else.
    canary: false,
  };
  const apiKey = field("apiKey");
  const settings = readEngineSettings(fields, apiKey || undefined);
  if (!settings) throw new TlacError("BAD_CONFIG", "lmm.no-server");
  const stored = apiKey === "" ? findStoredKey(RED, body.node, settings) : undefined;
  return stored === undefined ? settings : { ...settings, apiKey: stored };
}

function findStoredKey(RED: NodeAPI, id: unknown, settings: EngineSettings): string | undefined {
  const node = findServer(RED, id);
  const { engine } = settings;
  if (node?.address.kind !== engine) return undefined;
  const placesOf = (given: EngineSettings): string[] =>
    eachHost(given).map(({ host }) => locate(engine, host));
  const known = new Set(placesOf({ ...settings, host: node.address.host }));
  return placesOf(settings).every((place) => known.has(place))
    ? node.credentials.apiKey
    : undefined;
}

/** What all hosts have, because any of them may be asked. */
async function listCommonModels(
  [first, ...others]: ReturnType<typeof eachHost>,
  signal: AbortSignal,
): Promise<{ models: ListedModel[] }> {
  const list = (host: EngineSettings): Promise<ListedModel[]> =>
    withServerDialog(host, signal, (server) => server.listModels());
  let models = await list(first);
  for (const host of others) {
    const names = new Set((await list(host)).map(({ name }) => name));
    models = models.filter(({ name }) => names.has(name));
  }
  return { models };
}

/** The steps for one host; resolves with them once all are done or not asked. */

async function checkServer(
  server: ServerDialog,
  settings: EngineSettings,
  language: Language,
  signal: AbortSignal,
  report: (steps: readonly CheckStep[]) => void,
): Promise<CheckStep[]> {
  const done: CheckStep[] = [];
  const names: CheckStep["step"][] = ["reach", "model", "vision", "canary"];
  const { model } = settings;
  let listed: ListedModel | undefined;
  type Told = NonNullable<CheckStep["params"]> | null;
  const ask: Record<CheckStep["step"], () => Promise<Told>> = {
    reach: async () => {
      const { name, version } = await server.describe();
      const host = locate(settings.engine, settings.host);
      return { host, server: [name, version].filter(Boolean).join(" ") };
    },
    model: async () => {
      listed = await server.findModel();
      const { sizeBytes: bytes, parameterSize: parameters } = listed;
      return { model: listed.name, parameters, ...(bytes === undefined ? {} : { bytes }) };
    },
    vision: () => {
      if (listed?.vision === false) return Promise.reject(server.noVision());
      return Promise.resolve(listed?.vision ? { model } : null);
    },
    canary: async () => {
      const { answers } = await server.checkVision();
      const photos = answers.map(({ file }) => path.basename(file)).join(", ");
      return { model, photos };
    },
  };
  for (const [index, step] of names.entries()) {
    const rest = names.slice(index + 1);
    report([...done, { step, state: "running" }]);
    try {
      const params = await ask[step]();
      done.push(
        params ? { step, state: "ok", params } : { step, state: "untold", params: { model } },
      );
    } catch (thrown) {
      signal.throwIfAborted();
      done.push({ step, state: "failed", error: toComplaint(thrown, language) });
      done.push(...rest.map((name): CheckStep => ({ step: name, state: "skipped" })));
      break;
    }
  }
  report(done);
  return done;
}
