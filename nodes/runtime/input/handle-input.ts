import { setMaxListeners } from "node:events";

import type { Node, NodeMessage, NodeMessageInFlow, NodeStatus } from "node-red";

import { TlacError, toError } from "../../../lib/errors";
import type { Language } from "../../../lib/i18n/catalogue";
import { speak } from "../status/language";
import { failed, withTally, working } from "../status/node-status";
import { within } from "./within";

/** The ways out of a node besides Catch. */
export type Door = "out" | "class" | "review" | "skipped";

/** Where a message leaves, what it carries and what the node shows then. */
export interface Departure {
  readonly door: Door;
  /** Set on the received message only once the work is done, so that a failure changes nothing. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly status: NodeStatus;
}

/** `in` = the doors + `failed` + `waiting`, at any time. */
export type Counts = Readonly<Record<Door | "in" | "failed" | "waiting", number>>;

export interface InputJob {
  /** In the order of the node's outputs. */
  readonly doors: readonly Door[];
  /** Runs once at deploy, so that a wrong setting shows before the first message. */
  prepare(signal: AbortSignal): Promise<void>;
  work(message: NodeMessageInFlow, signal: AbortSignal): Promise<Departure>;
  /** Hears of each failure before the message is answered. */
  recover?(error: Error): void;
  release(removed: boolean): Promise<void>;
}

/** What the rest of a node may do with its status. */
export interface InputHandle {
  /** Shows a passing state such as loading; undefined: it is over. */
  show(status: NodeStatus | undefined): void;
}

/** Both together stay under the 15 s that Node-RED grants a closing node. */
const DRAIN_MS = 8_000;
const RELEASE_MS = 4_000;

/**
 * The one place where messages come in and leave. Each ends exactly once: through one door, or
 * through `done(error)` and so at a Catch node, `CLOSED` included. The counts travel with each
 * message as `msg.counts`, and with each status, which a core Status node hands to a flow.
 */
export function handleInput(node: Node, language: Language, job: InputJob): InputHandle {
  const closing = new AbortController();
  const { signal } = closing;
  // One listener for each message in work, each taken off again: no leak to be warned of.
  setMaxListeners(0, signal);
  const running = new Set<Promise<unknown>>();
  const counts = { in: 0, out: 0, class: 0, review: 0, skipped: 0, failed: 0, waiting: 0 };

  const show = (status: NodeStatus | undefined): void => {
    if (signal.aborted) return;
    const now = status ?? (counts.waiting > 0 ? working(counts.waiting, language) : {});
    const shown: NodeStatus & { counts: Counts } = { ...now, counts: { ...counts } };
    node.status(shown);
  };
  const showEnd = (status: NodeStatus): void => {
    show(withTally(status, [...job.doors.map((door) => counts[door]), counts.failed]));
  };
  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    const forget = (): void => void running.delete(work);
    work.then(forget, forget);
    return work;
  };
  const toReport = (thrown: unknown): Error => {
    const error = signal.aborted
      ? new TlacError("CLOSED", "tlac.closed", {}, { cause: thrown })
      : toError(thrown);
    return speak(error, language);
  };

  const answer = async (
    message: NodeMessageInFlow,
    send: (ports: (NodeMessage | null)[]) => void,
    done: (error?: Error) => void,
  ): Promise<void> => {
    counts.in += 1;
    counts.waiting += 1;
    show(working(counts.waiting, language));
    const end = await untilClosed(() => track(job.work(message, signal)), signal).then(
      (departure) => ({ departure }),
      (thrown: unknown) => ({ error: toReport(thrown) }),
    );
    counts.waiting -= 1;
    if ("error" in end) {
      counts.failed += 1;
      job.recover?.(end.error);
      showEnd(failed(end.error, language));
      done(end.error);
      return;
    }
    const { door, set, status } = end.departure;
    counts[door] += 1;
    showEnd(status);
    Object.assign(message, set, { counts: { ...counts } });
    send(job.doors.map((name) => (name === door ? message : null)));
    done();
  };

  node.on("input", (message, send, done) => {
    void answer(message, send, done);
  });

  node.on("close", (removed: boolean, closed: () => void) => {
    closing.abort();
    node.status({});
    void within(DRAIN_MS, Promise.allSettled(running))
      .then(() => within(RELEASE_MS, job.release(removed)))
      .catch((thrown: unknown) => {
        node.warn(speak(toError(thrown), language).message);
      })
      .finally(closed);
  });

  // After the constructor: its remaining lines may still set up what the job needs.
  void track(
    Promise.resolve()
      .then(() => job.prepare(signal))
      .then(
        () => undefined,
        (thrown: unknown) => {
          if (signal.aborted) return;
          const error = toReport(thrown);
          show(failed(error, language));
          node.error(error.message);
        },
      ),
  );
  return { show };
}

/** A message is not kept waiting by work that is slow to notice that its node has closed. */
async function untilClosed<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  let close: () => void = () => undefined;
  const closed = new Promise<never>((_resolve, reject) => {
    close = () => {
      reject(new TlacError("CLOSED", "tlac.closed"));
    };
    if (signal.aborted) close();
    signal.addEventListener("abort", close, { once: true });
  });
  try {
    return await (signal.aborted ? closed : Promise.race([work(), closed]));
  } finally {
    signal.removeEventListener("abort", close);
  }
}
