import { toClassNames, type AlertRules } from "../../../lib/alert/alert-rules";
import { TlacError } from "../../../lib/errors";
import { ALERT_LEVELS } from "../../../lib/vocabulary/vocabulary";
import { readChoice, readNumber, type NumberField } from "../settings/read-settings";

/** The fields of a dialog that say when an alert is raised and cleared. */
export interface AlertSettings {
  /** Ids or labels; empty: by level. */
  classes: string;
  level: string;
  /** 0…1. */
  minConfidence: NumberField;
  unknownIsGone: boolean;
  raiseFrames: NumberField;
  raiseOf: NumberField;
  /** Seconds, in place of `raiseOf`. */
  raiseWithin: NumberField;
  /** 0: never by frames. */
  clearFrames: NumberField;
  /** Seconds, in place of `clearFrames`. */
  clearAfter: NumberField;
  /** Minutes, as the next two. */
  cooldown: NumberField;
  escalateAfter: NumberField;
  silentAfter: NumberField;
}

const SECOND = 1_000;
const MINUTE = 60_000;

/** Throws `BAD_CONFIG`. */
export function readAlertRules(settings: AlertSettings): AlertRules {
  const { classes, level, unknownIsGone } = settings;
  const frames = readNumber(settings.raiseFrames, "raiseFrames");
  const of = readNumber(settings.raiseOf, "raiseOf");
  const withinMs = times(SECOND, readNumber(settings.raiseWithin, "raiseWithin"));
  const clearFrames = readNumber(settings.clearFrames, "clearFrames");
  const afterMs = times(SECOND, readNumber(settings.clearAfter, "clearAfter"));
  if (withinMs === null && frames > of) {
    throw new TlacError("BAD_CONFIG", "alert.bad-of", {
      frames: { key: "nodes.field-raiseFrames" },
      of: { key: "nodes.field-raiseOf" },
      count: frames,
      most: of,
    });
  }
  return {
    classes: toClassNames((classes || "").split(/[,、，\n]/)),
    level: readChoice(level, ALERT_LEVELS, "level", "BAD_CONFIG") ?? "info",
    minConfidence: readNumber(settings.minConfidence, "minConfidence"),
    unknownIsGone,
    raise: { frames, of: withinMs === null ? of : null, withinMs },
    clear: { frames: afterMs === null && clearFrames > 0 ? clearFrames : null, afterMs },
    cooldownMs: MINUTE * readNumber(settings.cooldown, "cooldown"),
    escalateMs: times(MINUTE, readNumber(settings.escalateAfter, "escalateAfter")),
    silentMs: times(MINUTE, readNumber(settings.silentAfter, "silentAfter")),
  };
}

function times(unit: number, value: number | undefined): number | null {
  return value === undefined ? null : unit * value;
}
