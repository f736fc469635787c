import type { NodeMessageInFlow } from "node-red";

import { isRecord, type UnknownRecord } from "../../../lib/basics/is-record";
import { TlacError } from "../../../lib/errors";
import { isResult } from "../../../lib/record/entries";
import type { Result } from "../../../lib/tlac/result";

/** A decision of a message, and its picture as it came. */
export interface ShownDecision {
  readonly result: Result;
  readonly image: Uint8Array | undefined;
}

/** More than a camera sends at once. */
const MOST_DECISIONS = 100;

/** Characters of what a message carries beside the decision; what is longer is left behind. */
const MOST_REST = 2_000;

/** The decisions that a message of `tlac` or `clip-match` brings. Throws `BAD_MESSAGE`. */
export function readDecisions(message: NodeMessageInFlow & { image?: unknown }): ShownDecision[] {
  const results: readonly unknown[] = [message.payload].flat();
  const images: readonly unknown[] = [message.image].flat();
  if (results.length === 0 || results.length > MOST_DECISIONS || !results.every(isResult)) {
    throw new TlacError("BAD_MESSAGE", "review.no-decision");
  }
  return results.map((result, at) => {
    const image = images[at];
    return { result, image: image instanceof Uint8Array ? image : undefined };
  });
}

/** What a flow reads from a message by itself, or what no answer brings back. */
const OWN = new Set(["payload", "image", "counts", "skipped", "req", "res", "_msgid", "_event"]);

/**
 * What else a message carries, such as the number of a part: it leaves with the answer, perhaps days
 * later and after a restart, so only plain data that is not long is kept.
 */
export function readRest(message: NodeMessageInFlow): UnknownRecord {
  const rest: Record<string, unknown> = {};
  let room = MOST_REST;
  for (const key of Object.keys(message)) {
    if (OWN.has(key)) continue;
    try {
      const text = JSON.stringify((message as unknown as UnknownRecord)[key]) as string | undefined;
      if (text === undefined || text.length + key.length > room) continue;
      room -= text.length + key.length;
      rest[key] = JSON.parse(text);
    } catch {
      // What cannot be written down cannot be kept.
    }
  }
  return isRecord(rest) ? rest : {};
}
