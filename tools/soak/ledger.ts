import type { NodeAPI, NodeStatus } from "node-red";

import { CAMERAS, DOORS, judgeId, type Door } from "./plant-flow";

interface RoutedMessage {
  readonly topic?: unknown;
}

interface Endpoint {
  readonly id: string;
  readonly node?: object;
  readonly port?: number;
}

interface ReceiveEvent {
  readonly msg: RoutedMessage;
  readonly destination: Endpoint;
}

interface SendEvent {
  readonly msg: RoutedMessage;
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

interface CompleteEvent {
  readonly msg: RoutedMessage;
  readonly node: Endpoint;
  readonly error?: Error & { readonly code?: string };
}

/** What became of one frame at its node. */
interface Fate {
  /** Each way out that it took; exactly one is right. */
  readonly ends: (Door | "failed")[];
  /** It ended while the whole flow was being closed: nobody may have been left to receive it. */
  duringClose: boolean;
  /** Probes that got it: the node behind its door, or behind Catch. */
  readonly arrivals: string[];
}

/** Totals at one moment. `in` = the doors + `failed` + `waiting`. */
export type Totals = Readonly<Record<Door | "in" | "failed" | "waiting", number>>;

/**
 * Follows each frame by its id, from the moment at which its node takes it. It listens at the
 * runtime's hooks and believes none of the nodes' own counts.
 */
export class Ledger {
  private readonly fates = new Map<string, Fate>();
  /** Frames that came twice, or left without having come. */
  readonly strays: string[] = [];
  /** Statuses whose counts did not add up. */
  readonly wrongCounts: string[] = [];
  readonly failures = new Map<string, number>();
  /** Statuses that brought counts. */
  statuses = 0;
  /** Set while the whole flow is being closed. */
  closing = false;

  constructor({ hooks, events }: Pick<NodeAPI, "hooks" | "events">) {
    const judges = new Set(CAMERAS.map(({ name }) => judgeId(name)));
    const probes = new Set<string>([...DOORS, "caught"]);
    hooks.add("onReceive.soak", ({ msg, destination }: ReceiveEvent) => {
      const id = readId(msg);
      if (judges.has(destination.id)) {
        // After its close a node has no listener any more: what comes then never came in.
        if (listens(destination.node)) this.enter(id);
      } else if (probes.has(destination.id)) this.find(id)?.arrivals.push(destination.id);
    });
    hooks.add("onSend.soak", (sent: readonly SendEvent[]) => {
      for (const { msg, source, destination } of sent) {
        const door = DOORS[source.port ?? -1];
        // One sending has an entry for each wire.
        if (judges.has(source.id) && door === destination.id) this.end(readId(msg), door);
      }
    });
    hooks.add("onComplete.soak", ({ msg, node, error }: CompleteEvent) => {
      if (!error || !judges.has(node.id)) return;
      const code = error.code ?? error.name;
      this.failures.set(code, (this.failures.get(code) ?? 0) + 1);
      this.end(readId(msg), "failed");
    });
    events.on("node-status", ({ id, status }: { id: string; status: NodeStatus }) => {
      if (judges.has(id) && "counts" in status)
        this.checkCounts(id, status.counts as Record<string, number>);
    });
  }

  get totals(): Totals {
    const totals = { in: this.fates.size, class: 0, review: 0, skipped: 0, failed: 0, waiting: 0 };
    for (const { ends } of this.fates.values()) {
      if (ends.length === 0) totals.waiting += 1;
      for (const end of ends) totals[end] += 1;
    }
    return totals;
  }

  /** Whether a frame reached its node. */
  has(id: string): boolean {
    return this.fates.has(id);
  }

  /** Frames that did not end exactly once, with how they did. */
  get unbalanced(): string[] {
    return [...this.fates]
      .filter(([, { ends }]) => ends.length !== 1)
      .map(([id, { ends }]) => `${id}: ${ends.join(", ") || "no end"}`);
  }

  /** Frames that did not arrive, once, behind the door by which they left. */
  get misrouted(): string[] {
    return [...this.fates].flatMap(([id, { ends, arrivals, duringClose }]) => {
      const wanted = ends[0] === "failed" ? "caught" : ends[0];
      if (arrivals.length === 1 && arrivals[0] === wanted) return [];
      if (arrivals.length === 0 && duringClose) return [];
      return [`${id}: left by ${wanted ?? "no door"}, arrived at ${arrivals.join(", ") || "none"}`];
    });
  }

  private enter(id: string): void {
    if (this.fates.has(id)) this.strays.push(`${id}: came twice`);
    else this.fates.set(id, { ends: [], duringClose: false, arrivals: [] });
  }

  private end(id: string, end: Door | "failed"): void {
    const fate = this.find(id);
    fate?.ends.push(end);
    if (fate && this.closing) fate.duringClose = true;
  }

  private find(id: string): Fate | undefined {
    const fate = this.fates.get(id);
    if (!fate) this.strays.push(`${id}: left without having come`);
    return fate;
  }

  private checkCounts(id: string, { in: came, ...ends }: Record<string, number>): void {
    this.statuses += 1;
    const sum = Object.values(ends).reduce((total, count) => total + count, 0);
    if (came !== sum) this.wrongCounts.push(`${id}: ${JSON.stringify({ in: came, ...ends })}`);
  }
}

/** Node-RED removes the listener of a node that has closed, and delivers what is still on its way. */
function listens(node: object | undefined): boolean {
  return node !== undefined && "_inputCallback" in node && node._inputCallback !== null;
}

function readId({ topic }: RoutedMessage): string {
  return typeof topic === "string" ? (topic.split("/").at(-1) ?? "") : "";
}
