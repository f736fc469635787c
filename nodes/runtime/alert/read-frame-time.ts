import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";

import { TlacError } from "../../../lib/errors";
import { nameProperty, readProperty, type PropertySource } from "../input/read-property";

/** Seconds until then are milliseconds before 1973, which no frame is from. */
const MOST_SECONDS = 1e11;

/**
 * When a frame was taken, in milliseconds since 1970; `now` where the message does not tell.
 * Throws `BAD_MESSAGE` for a time that cannot be read.
 */
export async function readFrameTime(
  RED: NodeAPI,
  node: Node,
  source: PropertySource | undefined,
  message: NodeMessageInFlow,
  now: number,
): Promise<number> {
  if (!source) return now;
  const { value } = await readProperty(RED, node, source, message);
  if (value === undefined || value === null || value === "") return now;
  const time = toTime(value);
  if (Number.isFinite(time)) return time;
  const shown = typeof value === "string" ? value.slice(0, 60) : typeof value;
  throw new TlacError("BAD_MESSAGE", "alert.bad-time", {
    property: nameProperty(source),
    value: shown,
  });
}

function toTime(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "string" && !/^\s*[\d.]+\s*$/.test(value)) return Date.parse(value);
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || number < 0) return NaN;
  return number < MOST_SECONDS ? number * 1_000 : number;
}
