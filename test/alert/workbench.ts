/** What the specs of alerts have in common: rules, frames and a clock that stands still. */
import type { AlertEvent } from "../../lib/alert/alert-event";
import { toClassNames, type AlertRules } from "../../lib/alert/alert-rules";
import type { Sighting } from "../../lib/alert/sighting";

export const RULES: AlertRules = {
  classes: toClassNames([]),
  level: "info",
  minConfidence: 0,
  unknownIsGone: false,
  raise: { frames: 2, of: 3, withinMs: null },
  clear: { frames: 2, afterMs: null },
  cooldownMs: 0,
  escalateMs: null,
  silentMs: null,
};

let decisions = 0;

/** `-`: none of the classes; `?`: not known; anything else: a class of level `warning`. */
export function frame(shows: string, time: number): Sighting {
  const base = { time, decision: `d${String((decisions += 1))}`, language: null };
  if (shows === "?") return { ...base, found: undefined };
  if (shows === "-") return { ...base, found: null };
  return { ...base, found: { class: shows, label: shows, level: "warning", confidence: 0.9 } };
}

/** An event in short: `raised a`, `cleared no picture`. */
export function short({ change, class: id }: AlertEvent): string {
  return `${change} ${id ?? "no picture"}`;
}
