import type { Language } from "../i18n/catalogue";
import type { AlertLevel } from "../vocabulary/vocabulary";
import type { AlertChange, AlertEvent } from "./alert-event";
import { describeEvent } from "./describe-event";

/** `msg.payload` of `tlac-alert`: a public API. */
export interface AlertPayload {
  /** What has become of it; `state`: nothing, it is told once more. */
  readonly event: AlertChange;
  readonly state: "raised" | "clear";
  readonly kind: "class" | "no-picture";
  readonly camera: string;
  /** Id; null for `no-picture`. */
  readonly class: string | null;
  readonly label: string;
  readonly level: AlertLevel;
  /** ISO 8601: from when the state holds; null: always, as far as is known. */
  readonly since: string | null;
  /** Seconds that the alert is on, or was on; null: there was none. */
  readonly duration: number | null;
  /** Frames that showed it. */
  readonly count: number;
  /** 0…1 of the newest frame that showed it; null: not told. */
  readonly confidence: number | null;
  /** `id` of that frame's result. */
  readonly decision: string | null;
  /** One sentence in the vocabulary's language. */
  readonly text: string;
  /** Data URL of a small JPEG, on request. */
  readonly thumbnail?: string;
}

/** The JSON of an event; `fallback` is the language where no frame has told the vocabulary's. */
export function toPayload(event: AlertEvent, fallback: Language): AlertPayload {
  const language = event.language ?? fallback;
  return {
    event: event.change,
    state: event.isRaised ? "raised" : "clear",
    kind: event.class === null ? "no-picture" : "class",
    camera: event.camera,
    class: event.class,
    label: event.label,
    level: event.level,
    since: event.since === null ? null : toIso(event.since),
    duration: event.durationMs === null ? null : Math.round(event.durationMs / 1_000),
    count: event.count,
    confidence: event.confidence,
    decision: event.decision,
    text: describeEvent(event, language),
  };
}

function toIso(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Whose state a topic of MQTT carries. */
type Subject = Pick<AlertEvent, "camera" | "class">;

/**
 * The topic of a subject's state: `<prefix>/alert/<camera>/<class>`, or `<prefix>/camera/<camera>` for
 * whether pictures come. No two have the same: only a camera may hold slashes, as topics do.
 */
export function toTopic({ camera, class: id }: Subject, prefix: string): string {
  const place = camera.replace(RESERVED, escapeByte);
  const parts = id === null ? ["camera", place] : ["alert", place, escapeSegment(id)];
  return [prefix, ...parts].filter(Boolean).join("/");
}

/** Wildcards of MQTT, control characters, and the sign that escapes them. */
const RESERVED = /[+#%\p{Cc}]/gu;

function escapeSegment(text: string): string {
  return text.replace(RESERVED, escapeByte).replaceAll("/", "%2F");
}

function escapeByte(character: string): string {
  const code = character.charCodeAt(0);
  return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
}
