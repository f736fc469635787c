import { createDice } from "./dice";
import type { LoadFailure } from "./errors";
import type { JournalEntry } from "./journal";
import type { FormatMode } from "./schema";

/** Things that go wrong before the handler sees the request. */
export type ArrivalFault =
  /** Any answer at all. */
  | {
      kind: "status";
      status: number;
      body?: string;
      contentType?: string;
      headers?: Readonly<Record<string, string>>;
    }
  | { kind: "forbidden" } // 403, empty
  | { kind: "empty-500" } // a handler's panic
  | { kind: "bad-gateway" } // 502 with a proxy's HTML
  | { kind: "unauthorized" } // 401 with signin_url
  | { kind: "busy" } // 503
  | { kind: "hang" } // never answers, as a server that is still starting
  | { kind: "reset" } // TCP reset
  /** How the answer is cut into writes; with `delayMs` it drips. */
  | { kind: "chunking"; bytes: number; delayMs?: number }
  /** All lines of a stream in one write. */
  | { kind: "coalesce" };

/** Things that go wrong while the model loads; a warm model never meets them. */
export interface LoadFault {
  kind: LoadFailure;
}

/** Things that go wrong while the model runs. `afterTokens` defaults to 1. */
export type RunFault =
  | { kind: "runner-crash" } // before any output; the next call is cold
  | { kind: "runner-crash-mid-stream"; afterTokens?: number }
  | { kind: "error-line"; text: string; afterTokens?: number }
  | { kind: "end-without-done"; afterTokens?: number } // not streamed: 200 with done:false
  | { kind: "destroy-mid-line"; afterTokens?: number }
  | { kind: "repeat" } // the model falls into a loop
  | { kind: "nothing-produced" }
  | { kind: "empty-content" } // tokens are counted, nothing is said
  | { kind: "no-done-reason" }
  | { kind: "length"; tokens: number } // the answer is cut as by num_predict
  | { kind: "format"; mode: FormatMode };

/** A pull's error line after a 200; offline it cannot look up the registry. */
export type PullFault = { kind: "pull-error"; text: string } | { kind: "pull-offline" };

export type Fault = ArrivalFault | LoadFault | RunFault | PullFault;

/** Which requests a fault meets. */
export interface FaultTarget {
  /** Path, such as "/api/chat"; absent: any. */
  readonly on?: string;
  /** As often as this; default 1. */
  readonly times?: number;
  readonly when?: (entry: JournalEntry) => boolean;
}

interface Points {
  arrival: ArrivalFault;
  load: LoadFault;
  run: RunFault;
  pull: PullFault;
}

const KINDS: { readonly [P in keyof Points]: readonly Points[P]["kind"][] } = {
  arrival: [
    ...(["status", "forbidden", "empty-500", "bad-gateway", "unauthorized", "busy"] as const),
    ...(["hang", "reset", "chunking", "coalesce"] as const),
  ],
  load: ["load-crash", "load-killed", "load-oom", "load-stalled", "incompatible"],
  run: [
    ...(["runner-crash", "runner-crash-mid-stream", "error-line", "end-without-done"] as const),
    ...(["destroy-mid-line", "repeat", "nothing-produced", "empty-content"] as const),
    ...(["no-done-reason", "length", "format"] as const),
  ],
  pull: ["pull-error", "pull-offline"],
};

/** What random mode throws when the caller names nothing: each kind that a client must survive. */
const RANDOM_FAULTS: readonly Fault[] = [
  { kind: "empty-500" },
  { kind: "bad-gateway" },
  { kind: "busy" },
  { kind: "reset" },
  { kind: "chunking", bytes: 7 },
  { kind: "load-crash" },
  { kind: "load-oom" },
  { kind: "runner-crash" },
  { kind: "runner-crash-mid-stream" },
  { kind: "end-without-done" },
  { kind: "destroy-mid-line" },
  { kind: "repeat" },
  { kind: "nothing-produced" },
  { kind: "empty-content" },
  { kind: "length", tokens: 3 },
  { kind: "format", mode: "prose" },
  { kind: "format", mode: "wrong-enum" },
];

/** Faults at random, the same for the same seed and order of requests. */
export interface RandomFaults {
  readonly seed: number;
  /** 0…1, how many requests meet one. */
  readonly rate: number;
  readonly faults?: readonly Fault[];
  /** Paths; default: chat and generate. */
  readonly on?: readonly string[];
}

interface Queued {
  readonly fault: Fault;
  readonly target: FaultTarget;
  left: number;
  /** Set for a random fault: it dies with its request. */
  readonly request?: number;
}

/** The faults that wait for their requests. */
export class Faults {
  #queue: Queued[] = [];
  #random: { dice: () => number; setting: RandomFaults } | undefined;

  /** The oldest fault that matches a request at its point meets it. */
  add(fault: Fault, target: FaultTarget = {}): void {
    this.#queue.push({ fault, target, left: target.times ?? 1 });
  }

  /** Turns random faults on, or off with `undefined`. */
  setRandom(setting: RandomFaults | undefined): void {
    this.#random = setting && { dice: createDice(setting.seed), setting };
  }

  /** Rolls the dice for a request that has just come. */
  roll(entry: JournalEntry): void {
    if (!this.#random) return;
    const { dice, setting } = this.#random;
    if (!(setting.on ?? ["/api/chat", "/api/generate"]).includes(entry.path)) return;
    if (dice() >= setting.rate) return;
    const faults = setting.faults ?? RANDOM_FAULTS;
    const fault = faults[Math.floor(dice() * faults.length)];
    if (fault) this.#queue.push({ fault, target: {}, left: 1, request: entry.id });
  }

  /** Takes the fault that this request meets at this point, if any. */
  take<P extends keyof Points>(point: P, entry: JournalEntry): Points[P] | undefined {
    for (const queued of this.#queue) {
      const { fault, target, request } = queued;
      if (!isOf(point, fault)) continue;
      if (request !== undefined && request !== entry.id) continue;
      if (target.on !== undefined && target.on !== entry.path) continue;
      if (target.when && !target.when(entry)) continue;
      queued.left--;
      if (queued.left <= 0) this.#queue = this.#queue.filter((each) => each !== queued);
      entry.faults.push(fault.kind);
      return fault;
    }
    return undefined;
  }

  /** Drops what was rolled for a request that is over. */
  forget(entry: JournalEntry): void {
    this.#queue = this.#queue.filter(({ request }) => request !== entry.id);
  }

  /** Drops all, random mode too. */
  clear(): void {
    this.#queue = [];
    this.#random = undefined;
  }
}

function isOf<P extends keyof Points>(point: P, fault: Fault): fault is Fault & Points[P] {
  return (KINDS[point] as readonly string[]).includes(fault.kind);
}
