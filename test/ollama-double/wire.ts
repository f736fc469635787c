import type { AnswerRequest } from "./answer-request";
import type { Core } from "./core";

interface Parts {
  readonly content?: string;
  readonly thinking?: string;
}

/** The part that every chunk and every whole answer has. */
export function createMessage(
  { clock }: Core,
  { endpoint, model }: AnswerRequest,
  { content = "", thinking }: Parts,
): Record<string, unknown> {
  const thought = thinking === undefined ? {} : { thinking };
  const said =
    endpoint === "/api/chat"
      ? { message: { role: "assistant", content, ...thought } }
      : { response: content, ...thought };
  return { model, created_at: new Date(clock.now()).toISOString(), ...said };
}

/** Milliseconds to whole nanoseconds; Go leaves zeros out. */
export function countDurations(
  durations: Readonly<Record<string, number>>,
): Record<string, number> {
  return dropZeros(
    Object.fromEntries(
      Object.entries(durations).map(([name, ms]) => [`${name}_duration`, Math.round(ms * 1e6)]),
    ),
  );
}

/** Leaves zeros out, as Go's `omitempty` does. */
export function dropZeros(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).filter(([, value]) => value !== 0));
}
