/** Example 17 on Node-RED processes of their own, as it is imported on several machines. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { startEditor, type Editor } from "../e2e/browser/helpers/editor";

const EXAMPLE = path.resolve(__dirname, "../../examples/17 - Many workers on one broker.json");

export interface WorkerOptions {
  readonly brokerPort: number;
  /** Which of the machines it is, from 1. */
  readonly number: number;
  /** Whether the tab that raises alerts runs here too. */
  readonly alerts?: boolean;
  /** An Ollama server that all workers ask; none: the built-in recogniser, as in the example. */
  readonly lmmHost?: string;
}

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/** Where a worker tells, by a topic alone, which camera's picture it has taken in hand. */
export const takenTopic = (worker: number, camera: string): string => `taken/${worker}/${camera}`;
export const resultTopic = (camera: string): string => `results/${camera}`;

/** A Node-RED that runs the worker's tab, with what the example's note asks to set. */
export async function startWorker(options: WorkerOptions): Promise<Editor> {
  const example = JSON.parse(await readFile(EXAMPLE, "utf8")) as FlowNode[];
  return startEditor({ flow: toFlow(example, options), settings: { mqttReconnectTime: 300 } });
}

function toFlow(
  example: readonly FlowNode[],
  { brokerPort, number, alerts, lmmHost }: WorkerOptions,
): FlowNode[] {
  const own = alerts ? example : example.filter(({ id }) => id.startsWith("tlac17-"));
  const flow = own.map((node): FlowNode => {
    switch (node.type) {
      case "mqtt-broker": {
        const clientid = node.id === "tlac17-broker" ? `tlac-worker-${number}` : node.clientid;
        return { ...node, port: String(brokerPort), clientid };
      }
      case "lmm-server":
        return lmmHost === undefined
          ? node
          : { ...node, kind: "ollama", host: lmmHost, queueLength: 1_000, canary: false };
      case "tlac":
        return lmmHost === undefined ? node : { ...node, mode: "slac", sight: false };
      case "mqtt in":
        return node.id === "tlac17-in"
          ? { ...node, wires: [["tlac17-camera", "tlac17-taken"]] }
          : node;
      default:
        return node;
    }
  });
  const place = { z: "tlac17-tab", x: 300, y: 300 };
  const topic = {
    ...{ t: "set", p: "topic", pt: "msg", tot: "jsonata" },
    to: `"taken/${number}/" & $split(topic, "/")[1]`,
  };
  const nothing = { t: "set", p: "payload", pt: "msg", to: "", tot: "str" };
  return [
    ...flow,
    {
      ...{ ...place, id: "tlac17-taken", type: "change" },
      ...{ rules: [topic, nothing], wires: [["tlac17-tell"]] },
    },
    {
      ...{ ...place, id: "tlac17-tell", type: "mqtt out", broker: "tlac17-broker", wires: [] },
      ...{ topic: "", qos: "1", retain: "false" },
    },
  ];
}
