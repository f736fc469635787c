import { randomUUID } from "node:crypto";
import path from "node:path";

import type { NodeAPI } from "node-red";

import { TlacError } from "../../lib/errors";
import type { Language } from "../../lib/i18n/catalogue";
import { withOllamaDialog, type OllamaDialog } from "../../lib/lmm/ollama/dialog";
import { resolveHost } from "../../lib/lmm/ollama/host";
import type { ListedModel } from "../../lib/lmm/ollama/list-models";
import { isSameModel } from "../../lib/lmm/ollama/model-facts";
import type { OllamaSettings } from "../../lib/lmm/ollama/settings";
import type { LmmServerNode } from "../runtime/settings/config-nodes";
import { readOllamaSettings } from "../runtime/settings/ollama-settings";
import { Jobs, serveJobs } from "./jobs";
import { readField, Refusal, reply, toComplaint, type Call, type Complaint } from "./reply";

const ROOT = "/tlac/lmm-server";

/** What the check tells of each question in turn; what follows a failure is not asked. */
export interface CheckStep {
  readonly step: "reach" | "model" | "vision" | "canary";
  readonly state: "running" | "ok" | "failed" | "skipped";
  /** For the sentence that the dialog makes of it. */
  readonly params?: Readonly<Record<string, string | number>>;
  readonly error?: Complaint;
}

/**
 * The endpoints behind the dialog of `lmm-server`. What speaks to a server needs the permission
 * to write, because whoever may deploy may choose the host; what a deployed node has counted needs
 * the permission to read.
 */
export function serveOllama(RED: NodeAPI): void {
  const jobs = new Jobs();
  const read = RED.auth.needsPermission("lmm-server.read");
  const write = RED.auth.needsPermission("lmm-server.write");

  RED.httpAdmin.get(
    `${ROOT}/defaults`,
    read,
    reply(() => ({ host: resolveHost("").url })),
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
    reply(({ body, signal }) =>
      withOllamaDialog(readServer(RED, body), signal, async (server) => ({
        models: await server.listModels(),
      })),
    ),
  );

  RED.httpAdmin.post(
    `${ROOT}/test`,
    write,
    reply(({ body, language }) => {
      const settings = readServer(RED, body);
      const job = jobs.start(randomUUID(), (signal, report) =>
        withOllamaDialog(settings, signal, (server) =>
          checkServer(server, settings, language, signal, report),
        ),
      );
      return { job };
    }),
  );

  RED.httpAdmin.post(
    `${ROOT}/pull`,
    write,
    reply(({ body }) => {
      const settings = readServer(RED, body);
      const { model } = settings;
      const { url: host } = resolveHost(settings.host);
      const job = jobs.start(`pull ${model} ${host}`, (signal, report) =>
        withOllamaDialog(settings, signal, (server) => server.pull(report)),
      );
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
 * stays on this side, and goes to the host of the deployed node alone.
 */
export function readServer(RED: NodeAPI, body: Call["body"]): OllamaSettings {
  const field = (name: string): string => readField(body, name);
  const host = field("host");
  const node = findServer(RED, body.node);
  const { url } = resolveHost(host);
  const stored = node && resolveHost(node.host).url === url ? node.credentials.apiKey : undefined;
  const apiKey = field("apiKey");
  return readOllamaSettings(
    {
      host,
      caFile: field("caFile"),
      model: field("model"),
      keepAlive: field("keepAlive"),
      numCtx: field("numCtx"),
      numPredict: field("numPredict"),
      connectTimeout: field("connectTimeout"),
      loadTimeout: field("loadTimeout"),
      answerTimeout: field("answerTimeout"),
      totalTimeout: field("totalTimeout"),
      // The check shows the photos by itself, and only after all else.
      canary: false,
    },
    apiKey === "" ? stored : apiKey,
  );
}

async function checkServer(
  server: OllamaDialog,
  settings: OllamaSettings,
  language: Language,
  signal: AbortSignal,
  report: (steps: readonly CheckStep[]) => void,
): Promise<void> {
  const done: CheckStep[] = [];
  const names: CheckStep["step"][] = ["reach", "model", "vision", "canary"];
  const { url: host } = resolveHost(settings.host);
  const { model } = settings;
  const named = { server: "Ollama", host, model };
  let listed: ListedModel | undefined;
  const ask: Record<CheckStep["step"], () => Promise<NonNullable<CheckStep["params"]>>> = {
    reach: async () => ({ host, version: await server.version() }),
    model: async () => {
      if (!model) throw new TlacError("BAD_CONFIG", "lmm.no-model", named);
      listed = (await server.listModels()).find(({ name }) => isSameModel(name, model));
      if (!listed) throw new TlacError("LMM_MODEL_MISSING", "lmm.model-missing", named);
      return { model, bytes: listed.sizeBytes, parameters: listed.parameterSize };
    },
    vision: () => {
      if (listed?.vision) return Promise.resolve({ model });
      const params = { ...named, detail: { key: "lmm.reason-no-vision" } } as const;
      return Promise.reject(new TlacError("LMM_NO_VISION", "lmm.no-vision", params));
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
      done.push({ step, state: "ok", params: await ask[step]() });
    } catch (thrown) {
      signal.throwIfAborted();
      done.push({ step, state: "failed", error: toComplaint(thrown, language) });
      done.push(...rest.map((name): CheckStep => ({ step: name, state: "skipped" })));
      break;
    }
  }
  report(done);
}
