import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { NodeAPI } from "node-red";

import { CONTENT_TYPE, writeFamilies, type Family } from "../runtime/metrics/exposition";
import { readMetrics } from "../runtime/metrics/sources";

const PLACE = "/tlac/metrics";

/** Each runtime serves them once, whichever of the nodes is loaded first. */
const served = new WeakSet<object>();

/**
 * `GET /tlac/metrics` for Prometheus. Beside the editor it needs the permission `metrics.read`;
 * where the flows' own pages have a password (`httpNodeAuth`), that one opens it too, because a
 * Prometheus has no token of an editor's.
 */
export function serveMetrics(RED: NodeAPI): void {
  const { httpAdmin, httpNode, settings, auth } = RED;
  if (served.has(httpAdmin)) return;
  served.add(httpAdmin);
  const answer: RequestHandler = (_request, response) => {
    response.set("Content-Type", CONTENT_TYPE).send(writeFamilies(describeAll()));
  };
  const hasPassword = Boolean((settings as { httpNodeAuth?: unknown }).httpNodeAuth);
  const needsRead = auth.needsPermission("metrics.read") as RequestHandler;
  // Both may live at the same root: whoever comes with the flows' password is let through to it.
  const ask = (request: Request, response: Response, next: NextFunction): void => {
    const isPassword = /^basic /i.test(request.headers.authorization ?? "");
    if (hasPassword && isPassword) next("route");
    else void needsRead(request, response, next);
  };
  httpAdmin.get(PLACE, ask, answer);
  if (hasPassword) httpNode.get(PLACE, answer);
}

function describeAll(): Family[] {
  const memory: Family = {
    name: "process_resident_memory_bytes",
    help: "Resident memory of Node-RED.",
    type: "gauge",
    samples: [{ labels: {}, value: process.memoryUsage.rss() }],
  };
  const started: Family = {
    name: "process_start_time_seconds",
    help: "Start of Node-RED, in seconds since 1970.",
    type: "gauge",
    samples: [{ labels: {}, value: Date.now() / 1_000 - process.uptime() }],
  };
  return [...readMetrics(), memory, started];
}
