import type { Node, NodeStatus } from "node-red";

import type { Language } from "../../../lib/i18n/catalogue";
import { describeDrift } from "../../../lib/record/quality/describe-drift";
import type { Departure } from "../input/handle-input";
import { noticed } from "../status/node-status";
import type { DriftListener } from "./quality-watch";

/** Shows at the node that decides that its decisions drift: yellow for as long, and one warning. */
export class DriftSign {
  private drifting = false;

  constructor(
    private readonly node: Pick<Node, "warn">,
    private readonly language: Language,
    private readonly show: (status: NodeStatus) => void,
  ) {}

  readonly hear: DriftListener = (drifts, fresh) => {
    const begins = !this.drifting && drifts.length > 0;
    this.drifting = drifts.length > 0;
    // Whoever sees it yellow finds the sentence.
    for (const drift of fresh) this.node.warn(describeDrift(drift, this.language));
    if (begins) this.show(noticed({ key: "nodes.status-drift" }, this.language));
  };

  /** What a message shows at the end. */
  mark(departure: Departure): Departure {
    if (!this.drifting) return departure;
    return { ...departure, status: { ...departure.status, fill: "yellow" } };
  }
}
