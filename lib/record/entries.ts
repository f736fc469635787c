import { isRecord, type UnknownRecord } from "../basics/is-record";
import type { Result } from "../tlac/result";

/** A decision as it is kept: what was found, where and by what. */
export interface DecisionEntry {
  readonly kind: "decision";
  /** The result's id. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Id of the node that decided. */
  readonly node: string;
  readonly camera: string | null;
  readonly vocabulary: { readonly id: string; readonly digest: string };
  /** What the LMM said, word for word, in the order of its calls. */
  readonly answers: readonly string[];
  /** What each was the answer to: a digest of the question; empty: what the image shows. */
  readonly questions?: readonly string[];
  readonly result: Result;
}

interface NoteEntry {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Id of the decision that it is about. */
  readonly decision: string;
  /** Segment that holds the decision. */
  readonly at: string;
}

/** A decision was put before a person. */
export interface ReviewEntry extends NoteEntry {
  readonly kind: "review";
  /** Where people look at it: id of the node that serves the page. */
  readonly queue: string;
  /** What the message carried beside the decision: plain data that is not long. */
  readonly message?: UnknownRecord;
}

/** A person said what the picture shows. */
export interface AnswerEntry extends NoteEntry {
  readonly kind: "answer";
  /** Class id; null: none of the classes; absent: only that the decision was wrong. */
  readonly correct?: string | null;
  /** Who said so, as they named themselves; may be empty. */
  readonly who: string;
  /** Kept out of what is learned, so that it can test what was. */
  readonly heldOut: boolean;
}

/** An answer was taken back. */
export interface UndoEntry extends NoteEntry {
  readonly kind: "undo";
  /** Id of the answer. */
  readonly answer: string;
  readonly who: string;
}

/** What was said of a decision later: a line of its own, because no line is ever changed. */
export type Note = ReviewEntry | AnswerEntry | UndoEntry;
export type Entry = DecisionEntry | Note | ReducedEntry;

/** The segment was cut down to what people confirmed, to make room: its first line. */
export interface ReducedEntry {
  readonly kind: "reduced";
  readonly id: string;
  readonly time: string;
}

/** What the record fills in: the id where there is none, the time of writing, the segment. */
type Unfilled<N extends NoteEntry> = Omit<N, "id" | "time" | "at"> & { readonly id?: string };
export type NewDecision = Omit<DecisionEntry, "kind" | "id">;
export type NewNote = Unfilled<ReviewEntry> | Unfilled<AnswerEntry> | Unfilled<UndoEntry>;

/** Characters of an answer that are kept: more than any model says to a sensible question. */
const MOST_ANSWER = 8_000;
const MOST_ANSWERS = 20;
const MOST_NAME = 200;

/** Ids become names of files, and a message may bring any. */
export function isId(id: unknown): id is string {
  return typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}

/** One line; the kind and the id come first, so that readers find them without parsing. */
export function formatEntry(entry: Entry): string {
  const { kind, id, ...rest } = entry;
  return `${JSON.stringify({ kind, id, ...rest })}\n`;
}

/** The start of the line of a decision; without an id: of any decision. */
export function startOfDecision(id?: string): string {
  return id === undefined ? '{"kind":"decision",' : `{"kind":"decision","id":"${id}",`;
}

/** The decision with everything in it bounded. */
export function boundDecision(decision: NewDecision): DecisionEntry {
  const { time, node, camera, vocabulary, answers, questions, result } = decision;
  return {
    kind: "decision",
    id: result.id,
    time,
    node,
    camera: camera === null ? null : camera.slice(0, MOST_NAME),
    vocabulary,
    answers: answers.slice(0, MOST_ANSWERS).map((answer) => answer.slice(0, MOST_ANSWER)),
    ...(questions ? { questions: questions.slice(0, MOST_ANSWERS) } : {}),
    result,
  };
}

/** A line as an entry; null where it is none: torn by a power cut, or of a foreign hand. */
export function parseEntry(line: string): Entry | null {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isRecord(entry) || !isId(entry.id) || !isTime(entry.time)) return null;
  return isEntry(entry) ? (entry as unknown as Entry) : null;
}

function isEntry(entry: UnknownRecord): boolean {
  if (entry.kind === "decision") return isDecision(entry);
  return entry.kind === "reduced" || isNote(entry);
}

function isTime(time: unknown): boolean {
  return typeof time === "string" && !Number.isNaN(Date.parse(time));
}

function isDecision(entry: UnknownRecord): boolean {
  const { id, node, camera, vocabulary, answers, questions, result } = entry;
  return (
    typeof node === "string" &&
    (camera === null || typeof camera === "string") &&
    isRecord(vocabulary) &&
    typeof vocabulary.id === "string" &&
    isTexts(answers) &&
    (questions === undefined || isTexts(questions)) &&
    isResult(result) &&
    result.id === id
  );
}

/** Whether a value, read or received, has what is done with results here. */
export function isResult(result: unknown): result is Result {
  return (
    isRecord(result) &&
    isId(result.id) &&
    typeof result.description === "string" &&
    (result.label === null || typeof result.label === "string") &&
    typeof result.outcome === "string" &&
    (result.class === null || typeof result.class === "string") &&
    isList(result.ranking, isRanked) &&
    isList(result.candidates, isCandidate)
  );
}

function isRanked(entry: unknown): boolean {
  return (
    isRecord(entry) &&
    typeof entry.class === "string" &&
    typeof entry.label === "string" &&
    typeof entry.score === "number"
  );
}

function isCandidate(entry: unknown): boolean {
  return isRecord(entry) && typeof entry.name === "string" && isTexts(entry.synonyms);
}

function isTexts(value: unknown): boolean {
  return isList(value, (text) => typeof text === "string");
}

function isList(value: unknown, holds: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}

function isNote({
  kind,
  decision,
  at,
  queue,
  message,
  correct,
  answer,
  who,
}: UnknownRecord): boolean {
  if (!isId(decision) || typeof at !== "string") return false;
  switch (kind) {
    case "review":
      return typeof queue === "string" && (message === undefined || isRecord(message));
    case "answer":
      return typeof who === "string" && (correct == null || typeof correct === "string");
    case "undo":
      return typeof who === "string" && isId(answer);
    default:
      return false;
  }
}
