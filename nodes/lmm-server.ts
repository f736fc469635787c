import type { Node, NodeAPI, NodeDef } from "node-red";

import { createOllama, type OllamaLmm } from "../lib/lmm/ollama/ollama";
import type { OllamaSettings } from "../lib/lmm/ollama/settings";
import { BoundedQueue } from "../lib/queue/bounded-queue";
import { readChoice, readNumber, type NumberField } from "./runtime/read-settings";

const KINDS = ["recogniser", "ollama"] as const;

interface LmmServerDef extends NodeDef {
  kind: (typeof KINDS)[number];
  host: string;
  model: string;
  /** Duration such as 30m; empty: the client's default. */
  keepAlive: string;
  numCtx: NumberField;
  /** Deadlines in seconds. */
  connectTimeout: NumberField;
  loadTimeout: NumberField;
  answerTimeout: NumberField;
  totalTimeout: NumberField;
  /** Shows the model two known photos, so that a blind one is found out. */
  canary: boolean;
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
  openOllama(): OllamaLmm | undefined;
}

export default function (RED: NodeAPI): void {
  function LmmServerNode(this: LmmServerNode, def: LmmServerDef): void {
    RED.nodes.createNode(this, def);
    let queue: BoundedQueue | undefined;
    this.getQueue = () => (queue ??= createQueue(def));
    this.latestOnly = def.latestOnly;
    let ollama: OllamaLmm | undefined;
    this.openOllama = () => {
      if (readChoice(def.kind, KINDS, "kind", "BAD_CONFIG") !== "ollama") return undefined;
      return (ollama ??= createOllama(readOllamaSettings(def, this.credentials.apiKey)));
    };
    this.on("close", (closed: () => void) => {
      void Promise.resolve(ollama?.close()).finally(closed);
    });
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

function readOllamaSettings(def: LmmServerDef, apiKey: string | undefined): OllamaSettings {
  const seconds = (field: string, value: NumberField): number | undefined => {
    const number = readNumber(value, { field, min: 1, max: 86_400 });
    return number === undefined ? undefined : number * 1_000;
  };
  const numCtx = readNumber(def.numCtx, { field: "num_ctx", min: 512, max: 1_048_576 });
  return {
    host: def.host,
    model: def.model,
    canary: def.canary,
    ...withoutUndefined({ apiKey, numCtx, keepAlive: def.keepAlive || undefined }),
    deadlines: withoutUndefined({
      connectMs: seconds("connect", def.connectTimeout),
      loadMs: seconds("load", def.loadTimeout),
      answerMs: seconds("answer", def.answerTimeout),
      totalMs: seconds("total", def.totalTimeout),
    }),
  };
}

/** What is left empty is the client's default. */
function withoutUndefined<T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const filled = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(filled) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
