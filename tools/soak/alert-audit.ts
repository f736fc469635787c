import type { NodeAPI } from "node-red";

import { readSightings, type SightingSource } from "../../lib/alert/sighting";
import { Reference } from "../../test/alert/reference";
import { RULES } from "../../test/alert/workbench";
import { ALERT_ID, ALERT_RULES } from "./plant-flow";

interface AlertInput extends SightingSource {
  readonly camera: string;
  readonly timestamp: number;
}

interface AlertOutput {
  readonly payload: { readonly event: string; readonly camera: string; readonly class: string };
}

const rules = {
  ...RULES,
  raise: { frames: ALERT_RULES.raiseFrames, of: ALERT_RULES.raiseOf, withinMs: null },
  clear: { frames: ALERT_RULES.clearFrames, afterMs: null },
};

/**
 * Holds the alerts of the flow against a simple model of their rules, which is told of each message
 * that the alert node has done with, in that order.
 */
export class AlertAudit {
  private readonly references = new Map<string, Reference>();
  private readonly expected = new Map<string, string[]>();
  private readonly told = new Map<string, string[]>();
  private taken = 0;

  constructor({ hooks }: Pick<NodeAPI, "hooks">) {
    hooks.add("onSend.alerts", (sent: readonly { source: Endpoint; msg: AlertOutput }[]) => {
      for (const { source, msg } of sent) {
        // The third output tells every state once more.
        if (source.id !== ALERT_ID || (source.port ?? 0) > 1) continue;
        const { event, camera, class: id } = msg.payload;
        listOf(this.told, camera).push(`${event} ${id}`);
      }
    });
    hooks.add("onComplete.alerts", (done: { node: Endpoint; msg: AlertInput; error?: unknown }) => {
      if (done.node.id === ALERT_ID && !done.error) this.take(done.msg);
    });
  }

  /** How many alerts were raised and cleared. */
  get alerts(): number {
    return [...this.told.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Cameras whose alerts are not those of the model. */
  get deviations(): string[] {
    const cameras = new Set([...this.told.keys(), ...this.expected.keys()]);
    return [...cameras].flatMap((camera) => {
      const told = listOf(this.told, camera);
      const expected = listOf(this.expected, camera);
      const at = told.findIndex((change, index) => change !== expected[index]);
      if (at < 0 && told.length === expected.length) return [];
      const place = at < 0 ? Math.min(told.length, expected.length) : at;
      const [is, wanted] = [told[place] ?? "nothing", expected[place] ?? "nothing"];
      return [`${camera}, alert ${place + 1}: ${is} where ${wanted} was expected`];
    });
  }

  private take(message: AlertInput): void {
    const { camera, timestamp } = message;
    const reference = this.references.get(camera) ?? new Reference(rules);
    this.references.set(camera, reference);
    for (const { found, time } of readSightings(message, rules, timestamp)) {
      const shows = found === undefined ? "?" : (found?.class ?? "-");
      const delivery = { shows, time, now: Date.now(), index: this.taken++ };
      listOf(this.expected, camera).push(...reference.take(delivery));
    }
  }
}

interface Endpoint {
  readonly id: string;
  readonly port?: number;
}

function listOf(lists: Map<string, string[]>, camera: string): string[] {
  const list = lists.get(camera) ?? [];
  lists.set(camera, list);
  return list;
}
