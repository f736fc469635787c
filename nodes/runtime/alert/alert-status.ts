import type { NodeStatus } from "node-red";

import type { AlertEvent } from "../../../lib/alert/alert-event";
import { translate, type Language } from "../../../lib/i18n/catalogue";
import { ALERT_LEVELS } from "../../../lib/vocabulary/vocabulary";
import { fit, MAX_TEXT } from "../status/tally";

/** What a flow may count. */
export interface AlertCounts {
  readonly in: number;
  readonly failed: number;
  /** Alerts that are on. */
  readonly raised: number;
  readonly cameras: number;
}

const FILLS = { none: "blue", info: "blue", warning: "yellow", critical: "red" } as const;

/**
 * What is raised, the loudest and newest first: `forklift gate`, `3: forklift gate`. A dot in the
 * colour of its level; green: nothing is; grey: no frame has come yet.
 */
export function alertStatus(
  raised: readonly AlertEvent[],
  counts: AlertCounts,
  language: Language,
): NodeStatus & { readonly counts: AlertCounts } {
  const loud = ({ level }: AlertEvent): number => ALERT_LEVELS.indexOf(level);
  const [first] = [...raised].sort(
    (one, other) => loud(other) - loud(one) || (other.since ?? 0) - (one.since ?? 0),
  );
  if (first) {
    const start = raised.length > 1 ? `${String(raised.length)}: ` : "";
    const what = first.class === null ? translate("alert.no-picture", {}, language) : first.label;
    const text = start + fit(`${what} ${first.camera}`.trim(), MAX_TEXT - start.length);
    return { fill: FILLS[first.level], shape: "dot", text, counts };
  }
  const { cameras } = counts;
  const text =
    cameras === 0
      ? translate("alert.status-waiting", {}, language)
      : translate("alert.status-quiet", { cameras }, language);
  return { fill: cameras === 0 ? "grey" : "green", shape: "dot", text: fit(text), counts };
}
