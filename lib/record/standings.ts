import { stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

import type { UnknownRecord } from "../basics/is-record";
import { parseEntry, startOfDecision, type AnswerEntry, type Note } from "./entries";
import { lineAt, readLines, type Lines } from "./read-lines";
import { linesOf, listSegments, type Segment } from "./segments";

/** Where a decision stands with people. */
export interface Standing {
  readonly decision: string;
  /** Segment that holds the decision. */
  readonly at: string;
  /** Where it was put before people last, and when (ISO 8601); null: nowhere. */
  readonly queue: string | null;
  readonly since: string;
  /** What the message carried then beside the decision. */
  readonly message: UnknownRecord;
  /** What was said last and not taken back; null: nothing. */
  readonly answer: AnswerEntry | null;
}

/** What was read of a segment so far. */
interface Reading {
  readonly inode: number;
  readonly offset: number;
  readonly notes: readonly Note[];
  /** Decisions that are left in a segment that was cut down; null: all that it ever had. */
  readonly left: ReadonlySet<string> | null;
}

const NOTHING: Reading = { inode: 0, offset: 0, notes: [], left: null };
const NOTES_PER_TURN = 256;

/**
 * Who was asked and who answered: the notes of all segments by decision, kept up to date by reading
 * what was appended since, by whichever process. Decisions themselves stay on the disk.
 */
export class Standings {
  private readonly readings = new Map<string, Reading>();
  private readonly notes = new Map<string, Note[]>();
  /** Those that were asked for since their notes changed. */
  private readonly known = new Map<string, Standing>();
  private reading: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly root: string) {}

  /** Reads what was written before the call. Throws what the file system throws. */
  refresh(): Promise<void> {
    if (!this.reading) return this.start();
    // The reading under way may have passed the place already.
    this.next ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.start();
      });
    return this.next;
  }

  get(decision: string): Standing | undefined {
    const notes = this.notes.get(decision);
    if (!notes) return undefined;
    const standing = this.known.get(decision) ?? fold(notes);
    this.known.set(decision, standing);
    return standing;
  }

  /** Of every decision with a note, in no order, as long as the record holds the decision. */
  *all(): Generator<Standing> {
    for (const decision of this.notes.keys()) {
      const standing = this.get(decision);
      if (standing && this.holds(standing)) yield standing;
    }
  }

  /** Whether the record still has the decision. */
  holds({ at, decision }: Pick<Standing, "at" | "decision">): boolean {
    const reading = this.readings.get(at);
    return reading !== undefined && (reading.left === null || reading.left.has(decision));
  }

  /** Whether a person said what the picture shows, and has not taken it back. */
  isConfirmed(decision: string): boolean {
    return this.get(decision)?.answer?.correct !== undefined;
  }

  /** Whether a segment was cut down to what is confirmed already. */
  isReduced(name: string): boolean {
    const left = this.readings.get(name)?.left;
    return left != null && [...left].every((decision) => this.isConfirmed(decision));
  }

  private start(): Promise<void> {
    const mine = this.readAll().finally(() => {
      if (this.reading === mine) this.reading = undefined;
    });
    this.reading = mine;
    return mine;
  }

  private async readAll(): Promise<void> {
    const segments = await listSegments(this.root);
    const there = new Set(segments.map(({ name }) => name));
    for (const name of [...this.readings.keys()]) if (!there.has(name)) this.forget(name);
    for (const segment of segments) await this.readOn(segment);
  }

  private async readOn(segment: Segment): Promise<void> {
    const file = linesOf(segment);
    const now = await stat(file).catch(() => null);
    const known = this.readings.get(segment.name);
    if (!now || (known?.inode === now.ino && known.offset === now.size)) return;
    const before = known?.inode === now.ino && now.size >= known.offset ? known : NOTHING;
    if (before === NOTHING) this.forget(segment.name);
    const lines = await readLines(file, before.offset);
    // The name may have gone to another file in between.
    if (before.inode !== 0 && lines.inode !== before.inode) return this.readOn(segment);
    const { notes, left } = await readNotes(lines, before.left);
    for (const note of notes) this.add(note);
    this.readings.set(segment.name, {
      inode: lines.inode,
      offset: before.offset + (lines.bounds.at(-1) ?? 0),
      notes: [...before.notes, ...notes],
      left,
    });
  }

  private add(note: Note): void {
    const notes = this.notes.get(note.decision);
    if (notes) notes.push(note);
    else this.notes.set(note.decision, [note]);
    this.known.delete(note.decision);
  }

  private forget(name: string): void {
    for (const note of this.readings.get(name)?.notes ?? []) {
      const rest = this.notes.get(note.decision)?.filter((one) => one !== note) ?? [];
      if (rest.length > 0) this.notes.set(note.decision, rest);
      else this.notes.delete(note.decision);
      this.known.delete(note.decision);
    }
    this.readings.delete(name);
  }
}

/** Decisions are parsed only where few of them are left. */
async function readNotes(
  lines: Lines,
  before: ReadonlySet<string> | null,
): Promise<Pick<Reading, "notes" | "left">> {
  const notes: Note[] = [];
  let left = before && new Set(before);
  const decision = Buffer.from(startOfDecision());
  for (let line = 0; line < lines.bounds.length - 1; line++) {
    const start = lines.bounds[line] ?? 0;
    const isDecision = lines.bytes.subarray(start, start + decision.length).equals(decision);
    if (isDecision && !left) continue;
    const entry = parseEntry(lineAt(lines, line));
    if (entry?.kind === "reduced") left ??= new Set();
    else if (entry?.kind === "decision") left?.add(entry.id);
    else if (entry) notes.push(entry);
    if (line % NOTES_PER_TURN === 0) await nextTurn();
  }
  return { notes, left };
}

function fold(notes: readonly Note[]): Standing {
  const inOrder = [...notes].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const undone = new Set(notes.flatMap((note) => (note.kind === "undo" ? [note.answer] : [])));
  const review = inOrder.findLast((note) => note.kind === "review");
  const answer = inOrder.findLast((note) => note.kind === "answer" && !undone.has(note.id));
  const [first] = notes;
  return {
    decision: first?.decision ?? "",
    at: first?.at ?? "",
    queue: review?.queue ?? null,
    since: review?.time ?? "",
    message: review?.message ?? {},
    answer: answer?.kind === "answer" ? answer : null,
  };
}
