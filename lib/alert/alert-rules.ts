import { foldName } from "../vocabulary/fold-name";
import { ALERT_LEVELS, type AlertLevel } from "../vocabulary/vocabulary";

/** When an alert is raised, told again and cleared. Times in milliseconds; null: that limit is off. */
export interface AlertRules {
  /** Ids or labels of the classes that raise alerts, folded; empty: those from `level` up. */
  readonly classes: ReadonlySet<string>;
  /** `none`: every class. */
  readonly level: AlertLevel;
  /** A class that is less sure, 0…1, is not known. */
  readonly minConfidence: number;
  /** The outcome `unknown` tells that something else is there, not that nobody knows. */
  readonly unknownIsGone: boolean;
  /** Raised once a class was in `frames` of the last `of` judged ones, none older than `withinMs`. */
  readonly raise: {
    readonly frames: number;
    readonly of: number | null;
    readonly withinMs: number | null;
  };
  /** Cleared by the first that comes true; by none of them, an alert stays until it is reset. */
  readonly clear: { readonly frames: number | null; readonly afterMs: number | null };
  /** From the last alert of a camera's class that was sent to the next. */
  readonly cooldownMs: number;
  readonly escalateMs: number | null;
  /** Without any picture of a camera. */
  readonly silentMs: number | null;
}

/** Frames that are kept where no number of frames limits what counts. */
const MOST_FRAMES = 500;
/** Enough to know again what is delivered twice. */
const LEAST_FRAMES = 20;

/** How many judged frames of a camera a decision can depend on. */
export function framesToKeep({ raise, clear }: AlertRules): number {
  return Math.max(raise.of ?? MOST_FRAMES, clear.frames ?? 0, LEAST_FRAMES);
}

/** The names of classes as a rule compares them. */
export function toClassNames(names: readonly string[]): Set<string> {
  return new Set(names.map(foldName).filter(Boolean));
}

/** Whether a class raises alerts at all. */
export function isWatched(
  rules: AlertRules,
  found: { readonly class: string; readonly label: string; readonly level: AlertLevel },
): boolean {
  const { classes, level } = rules;
  if (classes.size > 0) {
    return classes.has(foldName(found.class)) || classes.has(foldName(found.label));
  }
  return ALERT_LEVELS.indexOf(found.level) >= ALERT_LEVELS.indexOf(level);
}

/** How loud an alert of a class is: what is watched on purpose is never silent. */
export function startLevel(level: AlertLevel): AlertLevel {
  return level === "none" ? "info" : level;
}

/** Undefined above the highest. */
export function nextLevel(level: AlertLevel): AlertLevel | undefined {
  return ALERT_LEVELS[ALERT_LEVELS.indexOf(level) + 1];
}
