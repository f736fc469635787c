import type { NodeStatus } from "node-red";

import type { LoadProgress } from "../../../lib/clip/load-progress";
import { TlacError, type ErrorCode } from "../../../lib/errors";
import {
  translate,
  type Language,
  type MessageKey,
  type Phrase,
} from "../../../lib/i18n/catalogue";
import type { ServerState } from "../../../lib/lmm/client/server-state";
import type { SkipReason } from "../../../lib/queue/bounded-queue";
import type { Result } from "../../../lib/tlac/result";
import type { Answered } from "../record/give-answer";
import { fit, type EndStatus } from "./tally";

/** A blue dot while at least one message is in work. */
export function working(waiting: number, language: Language): NodeStatus {
  const text =
    waiting > 1
      ? translate("nodes.status-working-many", { waiting }, language)
      : translate("nodes.status-working", {}, language);
  return { fill: "blue", shape: "dot", text };
}

/** A yellow ring while a model is fetched or read, with per cent where the size is known. */
export function loading(progress: LoadProgress, language: Language): NodeStatus | undefined {
  const { phase, loadedBytes, totalBytes } = progress;
  if (phase === "ready") return undefined;
  const percent =
    loadedBytes === undefined || !totalBytes
      ? 0
      : Math.min(100, Math.floor((100 * loadedBytes) / totalBytes));
  const text =
    phase === "download"
      ? translate("nodes.status-downloading", { percent }, language)
      : translate("nodes.status-loading", {}, language);
  return { fill: "yellow", shape: "ring", text };
}

/** What the server is at, where it is more than answering. */
export function serverState(state: ServerState, language: Language): NodeStatus | undefined {
  switch (state.kind) {
    case "loading":
      return loading({ phase: "load" }, language);
    case "checking": {
      const text = translate("nodes.status-checking", {}, language);
      return { fill: "yellow", shape: "ring", text };
    }
    case "blind":
    case "breaker-open":
      return failed(state.error, language);
    case "ready":
      return state.away === undefined
        ? undefined
        : noticed({ key: "nodes.status-hosts-away", params: { away: state.away } }, language);
    default:
      return undefined;
  }
}

/** A green dot with the class and how sure it is, rounded down; grey where a person should look. */
export function judged(results: readonly Result[], language: Language): EndStatus {
  const [first] = results;
  const classes = results.filter(({ outcome }) => outcome === "class").length;
  const fill = classes === results.length ? "green" : "grey";
  if (results.length !== 1 || !first) {
    const params = { classes, images: results.length };
    return { fill, shape: "dot", text: fit(translate("nodes.status-batch", params, language)) };
  }
  if (first.outcome !== "class") {
    const text = translate(`nodes.status-outcome-${first.outcome}`, {}, language);
    return { fill, shape: "dot", text };
  }
  const sure = `${String(Math.floor(100 * first.confidence))}%`;
  return { fill, shape: "dot", text: first.label ?? "", detail: sure };
}

/** A blue dot while people have something to look at, grey once they have not; yellow: a drift. */
export function awaiting(count: number, drifting: boolean, language: Language): EndStatus {
  const calm = count > 0 ? "blue" : "grey";
  const text = translate("nodes.status-awaiting", { count }, language);
  return { fill: drifting ? "yellow" : calm, shape: "dot", text };
}

/** A green dot with what is right; yellow where its word teaches nothing yet; grey: taken back. */
export function answered(
  { label, correct, undone, held }: Pick<Answered, "label" | "correct" | "undone" | "held">,
  language: Language,
): EndStatus {
  if (undone) {
    const text = translate("nodes.status-undone", {}, language);
    return { fill: "grey", shape: "dot", text };
  }
  const key = correct === null ? "nodes.status-none" : "nodes.status-wrong";
  const text = label ?? translate(key, {}, language);
  return { fill: held ? "yellow" : "green", shape: "dot", text: fit(text), detail: "" };
}

/** A green dot with the best of the names that were proposed. */
export function proposed(name: string): EndStatus {
  return { fill: "green", shape: "dot", text: name, detail: "" };
}

/** A grey ring: the message was not judged. */
export function skipped(reason: SkipReason, language: Language): EndStatus {
  const text = translate(`nodes.status-skipped-${reason}`, {}, language);
  return { fill: "grey", shape: "ring", text: fit(text) };
}

/** A yellow ring: nothing is wrong, but a person should look at the dialog. */
export function noticed({ key, params }: Phrase, language: Language): NodeStatus {
  return { fill: "yellow", shape: "ring", text: translate(key, params, language) };
}

/** A red ring with what is wrong in a few words; the whole sentence goes to Catch and the log. */
export function failed(error: Error, language: Language): EndStatus {
  const key: MessageKey =
    error instanceof TlacError ? `nodes.status-${toKey(error.code)}` : "nodes.status-error";
  return { fill: "red", shape: "ring", text: translate(key, {}, language) };
}

type Dashed<S extends string> = S extends `${infer A}_${infer B}` ? `${A}-${Dashed<B>}` : S;

function toKey<C extends ErrorCode>(code: C): Lowercase<Dashed<C>> {
  return code.toLowerCase().replaceAll("_", "-") as Lowercase<Dashed<C>>;
}
