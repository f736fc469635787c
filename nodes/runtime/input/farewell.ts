import { setImmediate as nextTurn } from "node:timers/promises";

import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";

import { translate, type Language } from "../../../lib/i18n/catalogue";

/** What Node-RED's hook `preDeliver` tells: the receiver was still there when the wire was taken. */
interface DeliverEvent {
  readonly destination: { readonly node: Node };
}

interface Ended {
  readonly name: string;
  /** The nodes behind a Catch node that the error was handed to. */
  readonly listeners: readonly Node[];
}

/** A line of the log has an end. */
const MAX_NAMED = 100;
const MAX_NAME = 60;

let made = 0;

/**
 * Keeps account of the messages that end because their node closes. A full deploy stops all nodes
 * in one go: a Catch node may be gone already, or it still forwards the error to a node that is
 * stopped before it gets there, and Node-RED drops it without a word. What nobody has heard of
 * goes to the log.
 */
export class Farewell {
  private readonly ended: Ended[] = [];
  private readonly hook = `preDeliver.tlac-farewell-${String((made += 1))}`;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
  ) {}

  /** Ends a message by `tell`, which hands its error to the Catch nodes before it returns. */
  end(message: NodeMessageInFlow, tell: () => void): void {
    const listeners: Node[] = [];
    // Absent in runtimes that only imitate Node-RED's: then everything goes to the log.
    const hooks = this.RED.hooks as NodeAPI["hooks"] | undefined;
    hooks?.add(this.hook, ({ destination }: DeliverEvent) => {
      listeners.push(destination.node);
    });
    try {
      tell();
    } finally {
      hooks?.remove(this.hook);
    }
    this.ended.push({ name: nameMessage(message), listeners });
  }

  /** Logs those that no living node has heard of: how many, and which. */
  async tell(language: Language): Promise<void> {
    // A turn of the event loop later a forwarded error has arrived, or its way has ended.
    await nextTurn();
    const unheard = this.ended.filter(({ listeners }) => !listeners.some(this.isAlive));
    if (unheard.length === 0) return;
    const names = unheard.slice(0, MAX_NAMED).map(({ name }) => name);
    const more = unheard.length > MAX_NAMED ? ["…"] : [];
    const params = { count: unheard.length, messages: [...names, ...more].join(", ") };
    this.node.warn(translate("nodes.closed-unheard", params, language));
  }

  private readonly isAlive = (listener: Node): boolean =>
    this.RED.nodes.getNode(listener.id) === listener;
}

/** Topic and id of a message, as far as it lets them be read. */
function nameMessage(message: NodeMessageInFlow): string {
  try {
    const { topic, _msgid: id } = message as { topic?: unknown; _msgid?: unknown };
    const named = typeof topic === "string" || typeof topic === "number" ? String(topic) : "";
    const short = named.replace(/\s+/g, " ").trim().slice(0, MAX_NAME);
    return short ? `${short} (${String(id)})` : String(id);
  } catch {
    return "?";
  }
}
