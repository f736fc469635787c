import type { Node, NodeAPI, NodeDef } from "node-red";

import { TlacError } from "../lib/errors";
import type { Lmm } from "../lib/lmm/lmm";
import { BoundedQueue } from "../lib/queue/bounded-queue";
import { readNumber, type NumberField } from "./runtime/read-settings";

interface LmmServerDef extends NodeDef {
  kind: "recogniser" | "ollama";
  host: string;
  model: string;
  keepAlive: string;
  numCtx: NumberField;
  /** Deadlines in seconds. */
  connectTimeout: NumberField;
  loadTimeout: NumberField;
  answerTimeout: NumberField;
  totalTimeout: NumberField;
  concurrency: NumberField;
  queueLength: NumberField;
  /** Seconds; 0 or empty: any time. */
  maxAge: NumberField;
  latestOnly: boolean;
}

interface LmmServerCredentials {
  apiKey?: string;
}

/** The LMM that several nodes share, with the one queue in front of it. */
export interface LmmServerNode extends Node<LmmServerCredentials> {
  type: "lmm-server";
  /** Throws `BAD_CONFIG`. */
  getQueue(): BoundedQueue;
  /** Of the frames of one camera that wait, only the newest is kept. */
  latestOnly: boolean;
  /** Undefined: the built-in recogniser, which each node opens over its own model. */
  openLmm(): Lmm | undefined;
}

export default function (RED: NodeAPI): void {
  function LmmServerNode(this: LmmServerNode, def: LmmServerDef): void {
    RED.nodes.createNode(this, def);
    let queue: BoundedQueue | undefined;
    this.getQueue = () => (queue ??= createQueue(def));
    this.latestOnly = def.latestOnly;
    this.openLmm = () => {
      if (def.kind === "recogniser") return undefined;
      throw new TlacError("BAD_CONFIG", "nodes.bad-choice", {
        field: "kind",
        choices: "recogniser",
        value: def.kind,
      });
    };
  }
  RED.nodes.registerType<LmmServerNode, LmmServerDef, object, LmmServerCredentials>(
    "lmm-server",
    LmmServerNode,
    {
      credentials: { apiKey: { type: "password" } },
    },
  );
}

function createQueue(def: LmmServerDef): BoundedQueue {
  const concurrency = readNumber(def.concurrency, { field: "concurrency", min: 1, max: 64 });
  const maxLength = readNumber(def.queueLength, { field: "queue length", min: 0, max: 100_000 });
  const maxAge = readNumber(def.maxAge, { field: "max. age", min: 0, max: 86_400 });
  return new BoundedQueue({
    concurrency: concurrency ?? 1,
    maxLength: maxLength ?? 100,
    maxAgeMs: (maxAge ?? 0) * 1_000,
  });
}
