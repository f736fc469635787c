/** Real flows for the specs of the nodes: core Catch and Status nodes around ours. */
import { once } from "node:events";
import type { Node, NodeDef, NodeInitializer, NodeMessageInFlow } from "node-red";
import RED from "node-red";
import helper from "node-red-node-test-helper";
import { cleanTestHome, openTestHome } from "./test-home";

helper.init(require.resolve("node-red"));

/** A node of a flow as its file has it. */
export type FlowNode = Readonly<Record<string, unknown>> & { id: string; type: string };

/** What a Catch node sends. */
export type CaughtMessage = NodeMessageInFlow & {
  error: { message: string; code?: string; source: { id: string } };
};

/** What a Status node sends. */
export type StatusMessage = NodeMessageInFlow & {
  status: { text?: string; fill?: string; counts: Readonly<Record<string, number>> };
};

/** A running flow. */
export interface Flow {
  /** Gives a message to a node, as a wire would. */
  send(id: string, message: Readonly<Record<string, unknown>>): void;
  /** The next message that reaches a node, those that have come already first. */
  next(id: string): Promise<NodeMessageInFlow>;
  /** Messages that have reached a node and were not taken by `next`. */
  waitingAt(id: string): number;
  /** The next status that begins so; the tally of the doors stands behind. */
  statusWith(text: string): Promise<StatusMessage["status"]>;
  /** Tells how each message of a node ends from now on: with an error, or without. */
  onDone(id: string, listener: (error: (Error & { code?: string }) | undefined) => void): void;
  /** Closes the flow as a redeploy of all nodes does; once. */
  close(): Promise<void>;
}

interface CompleteEvent {
  readonly node: { readonly id: string };
  readonly error?: Error & { code?: string };
}

/** Node-RED takes a node without a place on a tab for a config node. */
const place = { z: "tab", x: 0, y: 0 };

const ends = ["door1", "door2", "door3", "caught", "status"] as const;

/**
 * Loads the nodes under test beside probes: `door1`, `door2` and `door3` behind the outputs of
 * `node`, `caught` behind a Catch node, `status` behind a Status node.
 */
export async function startFlow(
  types: NodeInitializer | NodeInitializer[],
  node: FlowNode,
  configs: readonly FlowNode[] = [],
  settings: Readonly<Record<string, unknown>> = {},
  credentials: Readonly<Record<string, unknown>> = {},
): Promise<Flow> {
  helper.settings({ userDir: openTestHome(), logging: { console: { level: "off" } }, ...settings });
  const flow = [
    { id: "tab", type: "tab", label: "" },
    ...configs,
    { ...place, wires: [["door1"], ["door2"], ["door3"]], name: "", ...node },
    { id: "catcher", ...place, type: "catch", scope: null, uncaught: false, wires: [["caught"]] },
    { id: "watcher", ...place, type: "status", scope: null, wires: [["status"]] },
    ...ends.map((id) => ({ id, ...place, type: "end" })),
  ];
  let closed = false;
  const inboxes = new Map<string, Inbox>();
  await helper.load([endType(inboxes), ...[types].flat().map(withHooks)], flow, credentials);
  return {
    send: (id, message) => {
      helper.getNode(id).receive({ ...message });
    },
    next: (id) => findInbox(inboxes, id).next(),
    waitingAt: (id) => findInbox(inboxes, id).length,
    statusWith: async (text) => {
      for (;;) {
        const { status } = (await findInbox(inboxes, "status").next()) as StatusMessage;
        if (status.text?.startsWith(text)) return status;
      }
    },
    onDone: (id, listener) => {
      RED.hooks.add("onComplete.tlac", ({ node, error }: CompleteEvent) => {
        if (node.id === id) listener(error);
      });
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await helper.unload();
      RED.hooks.remove("onComplete.tlac");
      await cleanTestHome();
    },
  };
}

/** The test helper's imitation of the runtime leaves out the hooks. */
function withHooks(type: NodeInitializer): NodeInitializer {
  return (api) => type(Object.assign(api, { hooks: RED.hooks }));
}

function findInbox(inboxes: ReadonlyMap<string, Inbox>, id: string): Inbox {
  const inbox = inboxes.get(id);
  if (!inbox) throw new Error(`no probe ${id}`);
  return inbox;
}

/** Listens from its first moment, so that nothing that happens at deploy is missed. */
function endType(inboxes: Map<string, Inbox>): NodeInitializer {
  return (api) => {
    function EndNode(this: Node, def: NodeDef): void {
      api.nodes.createNode(this, def);
      inboxes.set(this.id, new Inbox(this));
    }
    api.nodes.registerType("end", EndNode);
  };
}

/** Keeps what a probe receives until somebody asks for it. */
class Inbox {
  private readonly messages: NodeMessageInFlow[] = [];

  constructor(private readonly node: Node) {
    node.on("input", (message) => {
      this.messages.push(message);
      node.emit("arrived");
    });
  }

  get length(): number {
    return this.messages.length;
  }

  async next(): Promise<NodeMessageInFlow> {
    for (;;) {
      const message = this.messages.shift();
      if (message) return message;
      await once(this.node, "arrived");
    }
  }
}
