import { randomUUID } from "node:crypto";

import type { NodeAPI } from "node-red";

import { TlacError } from "../../lib/errors";
import { suggestNames } from "../../lib/lmm/suggest-names";
import { Jobs, serveJobs } from "./jobs";
import { withServer } from "./lend-server";
import { readServer } from "./lmm-server";
import { reply } from "./reply";

/** How far the questions are, and what has been proposed once all are answered. */
export interface Suggestions {
  readonly done: number;
  readonly total: number;
  /** English names by label, best first; null while questions are open. */
  readonly names: Readonly<Record<string, readonly string[]>> | null;
}

/** Each is a row of questions to one server, which answers one after the other anyway. */
const MAX_RUNNING = 2;

/**
 * `POST /tlac/tlac-vocabulary/suggest`: asks an LMM server, whose fields come along as its own
 * dialog sends them, for English names of `labels`. It needs the permission to write servers,
 * because whoever sends the fields chooses the host.
 */
export function serveSuggestions(RED: NodeAPI): void {
  const jobs = new Jobs({ maxRunning: MAX_RUNNING });
  RED.httpAdmin.post(
    "/tlac/tlac-vocabulary/suggest",
    RED.auth.needsPermission("lmm-server.write"),
    reply(({ body }) => {
      const labels = readLabels(body.labels);
      const settings = readServer(RED, body);
      const job = jobs.start(randomUUID(), (signal, report) =>
        withServer(settings, async (server) => {
          const onProgress = (progress: { done: number; total: number }): void => {
            report({ ...progress, names: null } satisfies Suggestions);
          };
          const found = await suggestNames(server, labels, { signal, onProgress });
          const { length: total } = labels;
          report({ done: total, total, names: Object.fromEntries(found) } satisfies Suggestions);
        }),
      );
      return { job };
    }),
  );
  serveJobs(RED, "tlac-vocabulary", jobs);
}

function readLabels(value: unknown): string[] {
  if (Array.isArray(value) && value.every((label) => typeof label === "string")) return value;
  throw new TlacError("BAD_MESSAGE", "nodes.bad-text", { field: "labels", type: typeof value });
}
