import { isRecord, type UnknownRecord } from "../basics/is-record";
import { isId } from "../record/entries";

/** What a person said of one decision, and what followed for the pictures. */
export interface Lesson {
  readonly kind: "lesson";
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly decision: string;
  /** Class id; null: none of the classes; absent: only that the decision was wrong. */
  readonly correct?: string | null;
  readonly who: string;
  /** The class that was decided; null: it was left to a person. */
  readonly chosen: string | null;
  /** What the LMM called it first; null: nothing. */
  readonly word: string | null;
  /** Kept out of what is learned: the picture tests what was learned from the others. */
  readonly heldOut: boolean;
  /** What happened to the class's pictures; null: nothing. */
  readonly example: LessonExample | null;
  /** Class that has this very picture as an example already, so that it cannot be one of another. */
  readonly contested?: string;
}

export interface LessonExample {
  /** `<folder>/<name>` in the store. */
  readonly file: string;
  /** False: the class had the picture before. */
  readonly added: boolean;
  /** The picture that made room; null: there was room. */
  readonly removed: string | null;
}

/** A lesson was taken back. */
export interface Undo {
  readonly kind: "undo";
  readonly id: string;
  readonly time: string;
  readonly lesson: string;
  readonly who: string;
}

/** A person has settled in the vocabulary's dialog what a word teaches. */
export interface Settlement {
  readonly kind: "settle";
  readonly id: string;
  readonly time: string;
  readonly word: string;
  /** Class id that it is a name of; null: it teaches nothing; absent: what the lessons say. */
  readonly class?: string | null;
}

export type LearnEntry = Lesson | Undo | Settlement;

const MOST_TEXT = 500;

export function formatLearnEntry(entry: LearnEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** A line as an entry; null where it is none: torn by a power cut, or of a foreign hand. */
export function parseLearnEntry(line: string): LearnEntry | null {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return null;
  }
  return isLearnEntry(entry) ? entry : null;
}

export function isLearnEntry(entry: unknown): entry is LearnEntry {
  if (!isRecord(entry) || !isId(entry.id) || !isTime(entry.time)) return false;
  switch (entry.kind) {
    case "lesson":
      return isLesson(entry);
    case "undo":
      return isId(entry.lesson) && isText(entry.who);
    case "settle":
      return isText(entry.word) && isClass(entry.class);
    default:
      return false;
  }
}

function isLesson(entry: UnknownRecord): boolean {
  const { decision, correct, who, chosen, word, heldOut, example, contested } = entry;
  return (
    isId(decision) &&
    isClass(correct) &&
    isText(who) &&
    (chosen === null || isText(chosen)) &&
    (word === null || isText(word)) &&
    typeof heldOut === "boolean" &&
    (example === null || isExample(example)) &&
    (contested === undefined || isText(contested))
  );
}

function isExample(example: unknown): boolean {
  return (
    isRecord(example) &&
    isText(example.file) &&
    typeof example.added === "boolean" &&
    (example.removed === null || isText(example.removed))
  );
}

function isClass(value: unknown): boolean {
  return value === undefined || value === null || isText(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MOST_TEXT;
}

function isTime(time: unknown): boolean {
  return typeof time === "string" && !Number.isNaN(Date.parse(time));
}
