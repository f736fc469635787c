/**
 * When a camera's alerts are raised and cleared: pure steps from one state to the next. Frames
 * count by their own time, whatever order they come in; what passes between them is counted by
 * our clock, which `now` tells in milliseconds since 1970.
 */
import type { AlertChange, AlertEvent } from "./alert-event";
import { framesToKeep, isWatched, nextLevel, startLevel, type AlertRules } from "./alert-rules";
import {
  cameraTime,
  subjectOf,
  type CameraState,
  type JudgedFrame,
  type Raised,
  type Subject,
} from "./camera-state";
import type { Found, Sighting } from "./sighting";

/** What has become of a state, which itself stays as it was. */
export interface Step {
  readonly state: CameraState;
  readonly events: readonly AlertEvent[];
}

/** Older than the newest picture by more than any delivery takes: the clock may have been set. */
const STEP_MS = 600_000;
/** So many of them in a row tell that it was. */
const STEP_FRAMES = 3;
/** Frames have whole milliseconds; those of the same one are told apart by fractions of it. */
const TIE_MS = 0.5;
const TIE_STEP_MS = 0.001;

/** Takes in what one frame tells. */
export function observe(
  rules: AlertRules,
  before: CameraState,
  sighting: Sighting,
  now: number,
): Step {
  const state = structuredClone(before);
  const events: AlertEvent[] = [];
  const time = Math.round(sighting.time);
  arrive(state, time, now);
  state.language = sighting.language ?? state.language;
  events.push(...hear(rules, state, now));
  const { found } = sighting;
  if (found === undefined || isRepeated(state, sighting)) {
    return { state, events: [...events, ...clearQuiet(rules, state, now)] };
  }
  const frame = {
    time,
    decision: sighting.decision,
    class: found?.class ?? null,
    confidence: found?.confidence ?? null,
  };
  insert(state.frames, frame, framesToKeep(rules));
  const seen = found && see(rules, state, frame, found, now);
  events.push(...clearQuiet(rules, state, now));
  if (seen) events.push(seen);
  return { state, events };
}

/** Takes in that time has passed. */
export function passTime(rules: AlertRules, before: CameraState, now: number): Step {
  const state = structuredClone(before);
  const events = [...fallSilent(rules, state, now), ...clearQuiet(rules, state, now)];
  for (const subject of state.subjects) events.push(...escalate(rules, state, subject, now));
  return { state, events };
}

/** When time alone changes the state next, by our clock; `Infinity`: never. */
export function nextChange(rules: AlertRules, state: CameraState): number {
  const { silentMs, escalateMs, clear, cooldownMs } = rules;
  const lag = state.newestAt - (state.newest ?? state.newestAt);
  const times = state.subjects.flatMap((subject) => {
    const { raised, sentAt } = subject;
    if (!raised) {
      if (subject.class !== null || silentMs === null) return [];
      return [Math.max(state.arrived + silentMs, (sentAt ?? -Infinity) + cooldownMs)];
    }
    const isClass = subject.class !== null;
    const own = isClass ? lag : 0;
    const louder = escalateMs !== null && nextLevel(raised.level) !== undefined;
    const ends = isClass && clear.afterMs !== null && countQuiet(state, raised.lastSeen) > 0;
    return [
      ...(louder ? [raised.levelSince + escalateMs + own] : []),
      ...(ends ? [Math.floor(raised.lastSeen) + clear.afterMs + own] : []),
    ];
  });
  return Math.min(Infinity, ...times);
}

/** Ends every alert of the camera by hand: what was seen so far counts no longer. */
export function reset(before: CameraState, now: number): Step {
  const state = structuredClone(before);
  const raised = state.subjects.filter((subject) => subject.raised);
  return { state, events: raised.map((subject) => clear(state, subject, now)) };
}

/** The state of everything that is known of the camera. */
export function tellAll(state: CameraState, now: number): AlertEvent[] {
  return state.subjects.map((subject) => describe("state", state, subject, now));
}

// --- Pictures as such ---------------------------------------------------------------------------

function arrive(state: CameraState, time: number, now: number): void {
  state.arrived = now;
  const isFar = state.newest !== null && state.newest - time > STEP_MS;
  state.behind = isFar ? state.behind + 1 : 0;
  if (state.behind >= STEP_FRAMES) setBack(state, time);
  if (state.newest !== null && time < state.newest) return;
  state.newest = time;
  state.newestAt = now;
  state.behind = 0;
}

/** The camera's clock was ahead: nothing that was seen can be later than what is seen now. */
function setBack(state: CameraState, time: number): void {
  const back = (other: number): number => Math.min(other, time);
  state.newest = time;
  for (const frame of state.frames) frame.time = back(frame.time);
  for (const subject of state.subjects) {
    if (subject.class === null) continue;
    if (subject.after !== null) subject.after = back(subject.after);
    if (!subject.raised) continue;
    subject.raised.since = back(subject.raised.since);
    subject.raised.lastSeen = back(subject.raised.lastSeen);
    subject.raised.levelSince = back(subject.raised.levelSince);
  }
}

/** A picture has come, whatever it shows. */
function hear(rules: AlertRules, state: CameraState, now: number): AlertEvent[] {
  if (rules.silentMs === null && !state.subjects.some((subject) => subject.class === null)) {
    return [];
  }
  const { subject, isNew } = subjectOf(state, null);
  if (subject.raised) return [clear(state, subject, now)];
  return isNew ? [describe("state", state, subject, now)] : [];
}

function fallSilent(rules: AlertRules, state: CameraState, now: number): AlertEvent[] {
  const subject = state.subjects.find((each) => each.class === null);
  const { silentMs } = rules;
  if (!subject || subject.raised || silentMs === null) return [];
  if (now - state.arrived < silentMs || isCooling(rules, subject, now)) return [];
  const { level } = subject;
  subject.raised = {
    since: state.arrived,
    lastSeen: now,
    count: 0,
    level,
    levelSince: now,
    confidence: null,
    decision: null,
  };
  subject.sentAt = now;
  return [describe("raised", state, subject, now)];
}

// --- What pictures show -------------------------------------------------------------------------

/** The same decision again, as a broker may deliver it. */
function isRepeated({ frames }: CameraState, { decision }: Sighting): boolean {
  return decision !== null && frames.some((frame) => frame.decision === decision);
}

/**
 * A frame gets a moment of its own, behind those of the same time: a batch has one time, and some
 * cameras tell seconds alone. The oldest makes room, which may be the frame itself.
 */
function insert(frames: JudgedFrame[], frame: JudgedFrame, most: number): void {
  const start = frame.time;
  for (const { time } of frames) {
    if (time >= start && time < start + TIE_MS) frame.time = time + TIE_STEP_MS;
  }
  const at = frames.findLastIndex(({ time }) => time <= frame.time) + 1;
  frames.splice(at, 0, frame);
  frames.splice(0, Math.max(0, frames.length - most));
}

/** A frame shows a class: its alert goes on, or begins. */
function see(
  rules: AlertRules,
  state: CameraState,
  frame: JudgedFrame,
  found: Found,
  now: number,
): AlertEvent | undefined {
  const isKnown = state.subjects.some((subject) => subject.class === found.class);
  const watched = isWatched(rules, found);
  if (!watched && !isKnown) return undefined;
  const { subject, isNew } = subjectOf(state, found.class);
  subject.label = found.label;
  subject.level = startLevel(found.level);
  if (subject.raised) {
    if (frame.time > (subject.after ?? -Infinity)) goOn(subject.raised, frame);
    return undefined;
  }
  const evidence = findEvidence(rules, state.frames, subject);
  const last = evidence.at(-1);
  const enough = evidence.length >= rules.raise.frames && evidence.includes(frame);
  // What comes late may be over already.
  const isThere = last && !isOver(rules, state, last.time, now);
  if (watched && enough && isThere && !isCooling(rules, subject, now)) {
    subject.raised = begin(evidence, subject, cameraTime(state, now));
    subject.sentAt = now;
    return describe("raised", state, subject, now);
  }
  return isNew ? describe("state", state, subject, now) : undefined;
}

function begin(evidence: readonly JudgedFrame[], { level }: Subject, levelSince: number): Raised {
  const [first] = evidence as readonly [JudgedFrame];
  const last = evidence.at(-1) ?? first;
  return {
    since: first.time,
    lastSeen: last.time,
    count: evidence.length,
    level,
    levelSince,
    confidence: last.confidence,
    decision: last.decision,
  };
}

function goOn(raised: Raised, { time, confidence, decision }: JudgedFrame): void {
  raised.count += 1;
  if (time < raised.lastSeen) return;
  raised.lastSeen = time;
  raised.confidence = confidence;
  raised.decision = decision;
}

/** The frames that speak for an alert of a class. */
function findEvidence(
  { raise }: AlertRules,
  frames: readonly JudgedFrame[],
  subject: Subject,
): JudgedFrame[] {
  const newest = frames.at(-1)?.time ?? 0;
  const { of, withinMs } = raise;
  return (of === null ? frames : frames.slice(-of)).filter(
    (frame) =>
      frame.class === subject.class &&
      frame.time > (subject.after ?? -Infinity) &&
      (withinMs === null || spanOf(frame.time, newest) <= withinMs),
  );
}

function spanOf(from: number, to: number): number {
  return Math.floor(to) - Math.floor(from);
}

function isCooling({ cooldownMs }: AlertRules, { sentAt }: Subject, now: number): boolean {
  // A time to come was written before our clock was set back.
  return sentAt !== null && sentAt <= now && now - sentAt < cooldownMs;
}

// --- The end of an alert ------------------------------------------------------------------------

function clearQuiet(rules: AlertRules, state: CameraState, now: number): AlertEvent[] {
  return state.subjects.flatMap((subject) => {
    const { raised } = subject;
    if (!raised || subject.class === null) return [];
    return isOver(rules, state, raised.lastSeen, now) ? [clear(state, subject, now)] : [];
  });
}

/** Whether what was seen last at a time is gone by now. */
function isOver(
  { clear: { frames, afterMs } }: AlertRules,
  state: CameraState,
  lastSeen: number,
  now: number,
): boolean {
  const quiet = countQuiet(state, lastSeen);
  const byFrames = frames !== null && quiet >= frames;
  const passed = spanOf(lastSeen, cameraTime(state, now));
  return byFrames || (afterMs !== null && quiet > 0 && passed >= afterMs);
}

/** Judged frames since a time: they show something else. */
function countQuiet({ frames }: CameraState, lastSeen: number): number {
  return frames.filter(({ time }) => time > lastSeen).length;
}

function clear(state: CameraState, subject: Subject, now: number): AlertEvent {
  const { raised } = subject;
  const end = timeOf(state, subject, now);
  subject.raised = null;
  subject.after = subject.class === null ? now : (state.frames.at(-1)?.time ?? end);
  return {
    ...describe("cleared", state, subject, now),
    since: end,
    durationMs: raised && Math.max(0, end - raised.since),
    count: raised?.count ?? 0,
    confidence: raised?.confidence ?? null,
    decision: raised?.decision ?? null,
  };
}

function escalate(
  { escalateMs }: AlertRules,
  state: CameraState,
  subject: Subject,
  now: number,
): AlertEvent[] {
  const { raised } = subject;
  if (!raised || escalateMs === null) return [];
  const time = timeOf(state, subject, now);
  const level = nextLevel(raised.level);
  if (level === undefined || time - raised.levelSince < escalateMs) return [];
  raised.level = level;
  raised.levelSince = time;
  subject.sentAt = now;
  return [describe("escalated", state, subject, now)];
}

// --- Telling ------------------------------------------------------------------------------------

/** Of a subject: by the camera's clock; where it sends nothing, by ours. */
function timeOf(state: CameraState, subject: Subject, now: number): number {
  return subject.class === null ? now : cameraTime(state, now);
}

function describe(
  change: AlertChange,
  state: CameraState,
  subject: Subject,
  now: number,
): AlertEvent {
  const { raised, label, after } = subject;
  return {
    change,
    isRaised: raised !== null,
    camera: state.camera,
    class: subject.class,
    label,
    level: raised?.level ?? subject.level,
    since: raised ? raised.since : after,
    durationMs: raised && Math.max(0, timeOf(state, subject, now) - raised.since),
    count: raised?.count ?? 0,
    confidence: raised?.confidence ?? null,
    decision: raised?.decision ?? null,
    language: state.language,
  };
}
