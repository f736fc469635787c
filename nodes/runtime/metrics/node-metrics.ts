import type { Node } from "node-red";

import type { Counts } from "../input/handle-input";
import type { Family } from "./exposition";

const WAYS = ["class", "review", "skipped", "out", "failed"] as const;

/** What a node has done with its messages: the counts under it. */
export function describeNode(
  { id, type, name }: Pick<Node, "id" | "type" | "name">,
  counts: Counts,
): Family[] {
  const labels = { node: id, type, name: name ?? "" };
  const left = WAYS.map((way) => [way, counts[way]] as const).filter(([, count]) => count > 0);
  return [
    {
      name: "tlac_messages_total",
      help: "Messages by the way they left: class, review, skipped, out, or failed to a Catch node.",
      type: "counter",
      samples: left.map(([way, value]) => ({ labels: { ...labels, way }, value })),
    },
    {
      name: "tlac_messages_waiting",
      help: "Messages that are in work or wait.",
      type: "gauge",
      samples: [{ labels, value: counts.waiting }],
    },
  ];
}
