import type { NodeMessageInFlow } from "node-red";

import { isRecord } from "../../../lib/basics/is-record";
import { TlacError } from "../../../lib/errors";
import type { Feedback } from "./give-answer";

/** Characters of a payload that is text: more is no feedback. */
const MOST_TEXT = 10_000;

/**
 * `{ id, correct }`, `{ id, wrong: true }` or `{ id, undo: true }`, with `who` beside it or in the
 * message; as an object or as JSON, which MQTT brings. Throws `BAD_MESSAGE`.
 */
export function readFeedback(message: NodeMessageInFlow & { who?: unknown }): Feedback {
  const payload = readPayload(message.payload);
  const { id, correct, wrong, undo } = payload;
  const who = payload.who ?? message.who ?? "";
  if (typeof id !== "string" || id === "") throw refuse("id");
  const given: Feedback = { id, undo: undo === true, who: typeof who === "string" ? who : "" };
  if (given.undo) return given;
  // Ids of classes may be numbers, which JSON does not write as text.
  if (typeof correct === "number") return { ...given, correct: String(correct) };
  if (correct === null || (typeof correct === "string" && correct !== "")) {
    return { ...given, correct };
  }
  if (wrong !== true) throw refuse("correct");
  return given;
}

function readPayload(payload: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(payload) && !Buffer.isBuffer(payload)) return payload;
  const text = Buffer.isBuffer(payload) ? payload.subarray(0, MOST_TEXT).toString() : payload;
  try {
    const value: unknown = typeof text === "string" ? JSON.parse(text.slice(0, MOST_TEXT)) : null;
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw refuse("id");
}

function refuse(field: string): TlacError {
  return new TlacError("BAD_MESSAGE", "nodes.bad-feedback", { field });
}
