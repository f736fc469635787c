import { isRecord, type UnknownRecord } from "../basics/is-record";
import type { Language } from "../i18n/catalogue";
import { ALERT_LEVELS, type AlertLevel } from "../vocabulary/vocabulary";

/** All that is known of one camera: plain JSON, so that it outlives the process. */
export interface CameraState {
  readonly camera: string;
  language: Language | null;
  /** Time of the newest picture by the camera's clock; null before the first one. */
  newest: number | null;
  /** When that one came, by our own clock. */
  newestAt: number;
  /** When the last picture of any time came. */
  arrived: number;
  /** Pictures in a row that were far older than the newest one. */
  behind: number;
  /** What was judged last, oldest first. */
  frames: JudgedFrame[];
  subjects: Subject[];
}

/** A frame of which it is known what it shows. */
export interface JudgedFrame {
  time: number;
  readonly decision: string | null;
  /** Null: none of the classes. */
  readonly class: string | null;
  readonly confidence: number | null;
}

/** What an alert can be about: a class, or that a camera sends nothing. */
export interface Subject {
  /** Null: no picture. */
  readonly class: string | null;
  label: string;
  /** Where an alert of it starts. */
  level: AlertLevel;
  /** Frames up to this time belong to an alert that is over. */
  after: number | null;
  /** When the last alert was sent, by our own clock. */
  sentAt: number | null;
  raised: Raised | null;
}

/** An alert that is on. Times by the camera's clock; where it sends nothing, by ours. */
export interface Raised {
  since: number;
  lastSeen: number;
  /** Frames that showed it. */
  count: number;
  level: AlertLevel;
  levelSince: number;
  /** Of the newest frame that showed it. */
  confidence: number | null;
  decision: string | null;
}

/** Classes of one camera that are kept in mind. */
const MOST_SUBJECTS = 1_000;

/** A camera that was never heard of before. */
export function createCameraState(camera: string, now: number): CameraState {
  return {
    camera,
    language: null,
    newest: null,
    newestAt: now,
    arrived: now,
    behind: 0,
    frames: [],
    subjects: [],
  };
}

/** The subject of a class; of too many, the first one that is not raised makes room for another. */
export function subjectOf(
  state: CameraState,
  id: string | null,
): { readonly subject: Subject; readonly isNew: boolean } {
  const known = state.subjects.find((subject) => subject.class === id);
  if (known) return { subject: known, isNew: false };
  if (state.subjects.length >= MOST_SUBJECTS) {
    const idle = state.subjects.findIndex(({ raised }) => !raised);
    state.subjects.splice(Math.max(idle, 0), 1);
  }
  const subject: Subject = {
    class: id,
    label: id ?? "",
    level: id === null ? "warning" : "info",
    after: null,
    sentAt: null,
    raised: null,
  };
  state.subjects.push(subject);
  return { subject, isNew: true };
}

/** The camera's own time, which goes on between its pictures; ours before the first one. */
export function cameraTime({ newest, newestAt }: CameraState, now: number): number {
  return newest === null ? now : newest + Math.max(0, now - newestAt);
}

/** A state that was read from a file; undefined for anything else. */
export function parseCameraState(value: unknown): CameraState | undefined {
  return isRecord(value) && isState(value) ? value : undefined;
}

function isState(value: UnknownRecord): value is UnknownRecord & CameraState {
  const { camera, language, newest, newestAt, arrived, behind, frames, subjects } = value;
  return (
    typeof camera === "string" &&
    (language === null || language === "en-US" || language === "ja") &&
    isNumberOrNull(newest) &&
    [newestAt, arrived, behind].every(Number.isFinite) &&
    Array.isArray(frames) &&
    frames.every(isFrame) &&
    Array.isArray(subjects) &&
    subjects.every(isSubject)
  );
}

function isFrame(frame: unknown): boolean {
  return (
    isRecord(frame) &&
    Number.isFinite(frame.time) &&
    isTextOrNull(frame.decision) &&
    isTextOrNull(frame.class) &&
    isNumberOrNull(frame.confidence)
  );
}

function isSubject(subject: unknown): boolean {
  return (
    isRecord(subject) &&
    isTextOrNull(subject.class) &&
    typeof subject.label === "string" &&
    isLevel(subject.level) &&
    isNumberOrNull(subject.after) &&
    isNumberOrNull(subject.sentAt) &&
    (subject.raised === null || (isRecord(subject.raised) && isRaised(subject.raised)))
  );
}

function isRaised(raised: UnknownRecord): boolean {
  const { since, lastSeen, count, level, levelSince, confidence, decision } = raised;
  return (
    [since, lastSeen, count, levelSince].every(Number.isFinite) &&
    isLevel(level) &&
    isNumberOrNull(confidence) &&
    isTextOrNull(decision)
  );
}

function isLevel(value: unknown): boolean {
  return ALERT_LEVELS.some((level) => level === value);
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || Number.isFinite(value);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}
