import { translate, type Language, type Phrase } from "../i18n/catalogue";
import type { AlertEvent } from "./alert-event";

/** One sentence that says what has become of an alert, for people. */
export function describeEvent(event: AlertEvent, language: Language): string {
  const { change, isRaised, confidence, camera, label, count, level, since, durationMs } = event;
  const kind = event.class === null ? "picture" : "class";
  const form = change === "state" ? (isRaised ? "on" : "off") : change;
  const sure = kind === "class" && change === "raised" && confidence !== null ? "-sure" : "";
  return translate(
    `alert.${kind}-${form}${sure}` as `alert.class-${"raised" | "raised-sure"}`,
    {
      camera: camera || { key: "alert.camera" },
      label,
      count,
      level: { key: `alert.level-${level}` },
      time: since === null ? "–" : showTime(since),
      duration: phraseDuration(durationMs ?? 0),
      percent: Math.floor(100 * (confidence ?? 0)),
    },
    language,
  );
}

/** The time of day where Node-RED runs, 10:42:07. */
function showTime(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "–";
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** To the second below a minute and a half, to the minute below a day, to the hour above. */
function phraseDuration(ms: number): Phrase {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 90) return { key: "alert.seconds", params: { seconds } };
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return { key: "alert.minutes", params: { minutes } };
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return { key: "alert.hours", params: { hours, minutes: minutes % 60 } };
  return { key: "alert.days", params: { days: Math.floor(hours / 24), hours: hours % 24 } };
}
