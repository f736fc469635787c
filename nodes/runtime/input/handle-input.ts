import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow, NodeStatus } from "node-red";

import { createSharedEnder } from "../../../lib/async/shared-ender";
import { within } from "../../../lib/async/waits";
import { TlacError, toError } from "../../../lib/errors";
import { MAX_WAITING } from "../../../lib/frame/decode-pool";
import { translate, type Phrase } from "../../../lib/i18n/catalogue";
import { describeError, runtimeLanguage, toReport } from "../status/language";
import { applyDecoders } from "../settings/decoders";
import { failed, noticed, working } from "../status/node-status";
import { withTally, type EndStatus, type Tallied } from "../status/tally";
import { describeNode } from "../metrics/node-metrics";
import { addMetrics } from "../metrics/sources";
import { copyOut } from "./copy-out";
import { departSkipped } from "./departures";
import { Farewell } from "./farewell";
import { Skip } from "./skip";
import { setFields } from "./set-fields";

/** The ways out of a node besides Catch. */
export type Door = "out" | "class" | "review" | "skipped";

/** Where a message leaves, what it carries and what the node shows then. */
export interface Departure {
  /** `kept`: the node holds it for people, and sends what they say by itself. */
  readonly door: Door | "kept";
  /** Set on the received message only once the work is done, so that a failure changes nothing. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly status: EndStatus;
}

/** `in` = the doors + `failed` + `waiting`, at any time. */
export type Counts = Readonly<Record<Door | "in" | "failed" | "waiting", number>> & {
  /** Of a node that holds messages. */
  readonly kept?: number;
};

/** What a person should know before the first message, though nothing is wrong. */
export interface Notice {
  /** At most 20 characters; absent: the status stays as it is. */
  readonly status?: Phrase;
  /** For the log. */
  readonly warnings: readonly Phrase[];
}

/** A notice with one more line for the log. */
export function withWarning(
  notice: Notice | undefined,
  warning: Phrase | undefined,
): Notice | undefined {
  if (!warning) return notice;
  return { ...notice, warnings: [...(notice?.warnings ?? []), warning] };
}

export interface InputJob {
  /** In the order of the node's outputs. Without `skipped`, a message that is not judged fails. */
  readonly doors: readonly Door[];
  /** Runs once at deploy, so that a wrong setting shows before the first message. */
  prepare(signal: AbortSignal): Promise<Notice | undefined>;
  work(message: NodeMessageInFlow, signal: AbortSignal): Promise<Departure>;
  release(): Promise<void>;
}

/** What the rest of a node may do with its status. */
export interface InputHandle {
  /** Shows a passing state such as loading; undefined: it is over. */
  show(status: NodeStatus | undefined): void;
}

type Send = (ports: (NodeMessage | null)[]) => void;
type Done = (error?: Error) => void;

/** Both together stay under the 15 s that Node-RED grants a closing node. */
const DRAIN_MS = 8_000;
const RELEASE_MS = 4_000;

/**
 * The one place where messages come in and leave. Each ends exactly once: through one door, or
 * through `done(error)` and so at a Catch node, `CLOSED` included. The counts travel with each
 * message as `msg.counts`, and with each status, which a core Status node hands to a flow.
 *
 * A message is a stranger: it may be frozen, and Node-RED itself calls its getters and copies it
 * at any depth. What that throws is the message's failure and never leaves this function.
 */
export function handleInput(RED: NodeAPI, node: Node, job: InputJob): InputHandle {
  const language = runtimeLanguage(RED);
  applyDecoders(RED);
  const closing = createSharedEnder();
  const { signal } = closing;
  const running = new Set<Promise<unknown>>();
  /** Ends each message that is under way with `CLOSED`. */
  const open = new Set<() => void>();
  const farewell = new Farewell(RED, node);
  const counts: { in: number; failed: number; waiting: number; kept?: number } & Record<
    Door,
    number
  > = { in: 0, out: 0, class: 0, review: 0, skipped: 0, failed: 0, waiting: 0 };

  const forgetCounts = addMetrics(() => describeNode(node, counts));

  /** What cannot be told to the flow is told to the log; what fails there has nobody left. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      try {
        node.error(describeError(thrown, language));
      } catch {
        // The log itself is broken.
      }
    }
  };
  const show = (status: NodeStatus | undefined): void => {
    if (signal.aborted) return;
    const now = status ?? (counts.waiting > 0 ? working(counts.waiting, language) : {});
    const shown: NodeStatus & { counts: Counts } = { ...now, counts: { ...counts } };
    attempt(() => {
      node.status(shown);
    });
  };
  const showEnd = (status: EndStatus, last: Tallied): void => {
    show(withTally(status, counts, last));
  };
  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    const forget = (): void => void running.delete(work);
    work.then(forget, forget);
    return work;
  };

  const fail = (message: NodeMessageInFlow, thrown: unknown, done: Done): void => {
    const error = toError(thrown);
    counts.failed += 1;
    showEnd(failed(error, language), "failed");
    const tell = (): void => {
      try {
        done(toReport(error, language));
      } catch {
        // Not even Catch can take this message, so the log gets the failure without it.
        attempt(() => {
          node.error(describeError(error, language));
        });
      }
    };
    if (!signal.aborted) tell();
    else
      attempt(() => {
        farewell.end(message, tell);
      });
  };

  const leave = (message: NodeMessageInFlow, to: Departure, send: Send, done: Done): void => {
    if (to.door === "kept") {
      counts.kept = (counts.kept ?? 0) + 1;
      show(to.status);
      attempt(done);
      return;
    }
    counts[to.door] += 1;
    try {
      setFields(message, { ...copyOut(to.set), counts: { ...counts } });
      send(job.doors.map((name) => (name === to.door ? message : null)));
    } catch (thrown) {
      counts[to.door] -= 1;
      const reason = toError(thrown).message;
      fail(message, new TlacError("BAD_MESSAGE", "nodes.stuck", { reason }), done);
      return;
    }
    showEnd(to.status, to.door);
    attempt(done);
  };

  const answer = (message: NodeMessageInFlow, send: Send, done: Done): void => {
    counts.in += 1;
    counts.waiting += 1;
    let ended = false;
    const once = (end: () => void): void => {
      if (ended) return;
      ended = true;
      open.delete(close);
      counts.waiting -= 1;
      end();
    };
    const close = (): void => {
      once(() => {
        fail(message, new TlacError("CLOSED", "tlac.closed"), done);
      });
    };
    if (signal.aborted) {
      close();
      return;
    }
    open.add(close);
    show(working(counts.waiting, language));
    track((async () => job.work(message, signal))()).then(
      (departure) => {
        once(() => {
          leave(message, departure, send, done);
        });
      },
      (thrown: unknown) => {
        once(() => {
          if (!(thrown instanceof Skip)) fail(message, thrown, done);
          else if (job.doors.includes("skipped")) {
            leave(message, departSkipped(thrown.reason, language), send, done);
          } else {
            const params = { most: MAX_WAITING };
            fail(message, new TlacError("LMM_BUSY", "frame.too-many-waiting", params), done);
          }
        });
      },
    );
  };

  node.on("input", answer);

  node.on("close", (_removed: boolean, closed: () => void) => {
    closing.abort();
    forgetCounts();
    // At once: a full deploy stops all nodes in one go, the Catch nodes among them.
    for (const close of [...open]) close();
    attempt(() => {
      node.status({});
    });
    void within(DRAIN_MS, Promise.allSettled(running))
      .then(() => within(RELEASE_MS, job.release()))
      .catch((thrown: unknown) => {
        attempt(() => {
          node.warn(describeError(thrown, language));
        });
      })
      .then(() => farewell.tell(language))
      .finally(closed);
  });

  // After the constructor: its remaining lines may still set up what the job needs.
  void track(
    Promise.resolve()
      .then(() => job.prepare(signal))
      .then((notice) => {
        if (!notice || signal.aborted) return;
        const { status, warnings } = notice;
        // What has come meanwhile is shown instead.
        if (status && counts.in === 0) show(noticed(status, language));
        for (const { key, params } of warnings) node.warn(translate(key, params, language));
      })
      .catch((thrown: unknown) => {
        if (signal.aborted) return;
        show(failed(toError(thrown), language));
        attempt(() => {
          node.error(describeError(thrown, language));
        });
      }),
  );
  return { show };
}
