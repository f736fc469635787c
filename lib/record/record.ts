import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { TlacError, toError } from "../errors";
import { AppendQueue, shrink, type Picture, type RecordState } from "./append-queue";
import {
  boundDecision,
  isId,
  type DecisionEntry,
  type NewDecision,
  type NewNote,
  type Note,
} from "./entries";
import { findDecisions, readDecisions, type Placed, type Span } from "./read-decisions";
import { SegmentWriter } from "./segment-writer";
import { findSegment, listSegments, pictureOf, type Segment } from "./segments";
import { Standings, type Standing } from "./standings";
import { sweepRecord, type Bounds } from "./sweep";

export type { Picture, RecordState } from "./append-queue";
export type { AnswerEntry, DecisionEntry, NewDecision, NewNote, Note } from "./entries";
export type { Span } from "./read-decisions";
export type { Standing } from "./standings";
export type { Bounds } from "./sweep";

/** A decision, and where it stands with people. */
export interface Recorded {
  readonly entry: DecisionEntry;
  /** Segment that holds it. */
  readonly at: string;
  /** Absent where nobody was asked and nobody said anything. */
  readonly standing?: Standing;
}

export const DEFAULT_BOUNDS: Bounds = { mostBytes: 500_000_000, mostDays: 30 };

/** A segment is what goes at once: a small part of the whole, and little enough to read. */
const SEGMENTS = 50;
const MOST_SEGMENT_BYTES = 16_000_000;

/** Time passes where nothing is written, too. */
const SWEEP_MS = 3_600_000;

/** The newest decisions of this process, whose segment is known without looking. */
const MOST_RECENT = 10_000;

/** Decisions that are read from their segments at once. */
const PAGE = 64;

/**
 * The journal of decisions below one folder: appended to by any number of processes, never changed,
 * bounded by size and age. Whatever is wrong with the disk costs the record, never a message.
 */
export class DecisionRecord {
  private readonly queue: AppendQueue;
  private readonly writer: SegmentWriter;
  private readonly standings: Standings;
  private readonly stateListeners = new Set<(state: RecordState) => void>();
  private readonly noteListeners = new Set<() => void>();
  private readonly recent = new Map<string, string>();
  private finding: Promise<unknown> = Promise.resolve();
  private sweeping: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  /** The segment after whose beginning the last sweep took place. */
  private swept = "";

  private constructor(
    readonly root: string,
    private readonly bounds: Bounds,
  ) {
    const segment = Math.min(MOST_SEGMENT_BYTES, Math.ceil(bounds.mostBytes / SEGMENTS));
    this.writer = new SegmentWriter(root, segment);
    this.standings = new Standings(root);
    this.queue = new AppendQueue(root, this.writer, (state) => {
      for (const listener of [...this.stateListeners]) listener(state);
    });
  }

  /** Touches nothing: a record without decisions need not exist. */
  static open(root: string, bounds: Bounds = DEFAULT_BOUNDS): DecisionRecord {
    return new DecisionRecord(path.resolve(root), bounds);
  }

  get state(): RecordState {
    return this.queue.state;
  }

  /** Hears when decisions are no longer kept, and when they are again; returns how to stop. */
  onState(listener: (state: RecordState) => void): () => void {
    this.stateListeners.add(listener);
    return () => void this.stateListeners.delete(listener);
  }

  /** Hears of each note that this process has written, but of no decision; returns how to stop. */
  onNote(listener: () => void): () => void {
    this.noteListeners.add(listener);
    return () => void this.noteListeners.delete(listener);
  }

  /**
   * Keeps a decision, with its picture where one is given. Nobody need wait for the promise, which
   * never rejects: true once the line is on the disk, false where it could not be kept.
   */
  append(decision: NewDecision, picture?: Picture): Promise<boolean> {
    if (!isId(decision.result.id)) return Promise.resolve(false);
    return this.queue.add(boundDecision(decision), picture).then(
      (segment) => {
        this.remember(decision.result.id, segment);
        this.tidyAfter(segment);
        return true;
      },
      () => false,
    );
  }

  /**
   * Keeps what was said of a decision, and resolves when it is on the disk. Throws `BAD_MESSAGE`
   * where there is no such decision, and `BAD_CONFIG` where it cannot be written.
   */
  async note(note: NewNote): Promise<Note> {
    const at = this.recent.get(note.decision) ?? (await this.get(note.decision)).at;
    const time = new Date().toISOString();
    const entry = { ...note, id: note.id ?? randomUUID(), time, at } as Note;
    this.tidyAfter(await this.queue.add(entry));
    for (const listener of [...this.noteListeners]) listener();
    return entry;
  }

  /** Keeps a picture for a decision that was kept without one. Throws as `note` does. */
  async keepPicture(decision: string, picture: Picture): Promise<void> {
    const segment = this.segmentOf(await this.get(decision));
    try {
      await writeFile(pictureOf(segment, decision), await shrink(picture), { flush: true });
    } catch (thrown) {
      const params = { folder: this.root, reason: toError(thrown).message };
      throw new TlacError("BAD_CONFIG", "record.not-writable", params, { cause: thrown });
    }
  }

  /** Resolves when all that was appended so far is on the disk, or could not be kept. */
  flush(): Promise<void> {
    return this.queue.flush();
  }

  /** The decision with this id; undefined where there is none (any more). */
  async find(id: string): Promise<Recorded | undefined> {
    if (!isId(id)) return undefined;
    // One after the other: each may have to read a whole segment.
    const mine = this.finding.then(() => this.look(id));
    this.finding = mine.catch(() => undefined);
    return mine;
  }

  /** As `find`; throws `BAD_MESSAGE` where there is none. */
  async get(id: string): Promise<Recorded> {
    const recorded = await this.find(id);
    if (recorded) return recorded;
    throw new TlacError("BAD_MESSAGE", "record.no-decision", { id: id.slice(0, 100) });
  }

  /** All decisions by time; what is appended meanwhile may be among them or not. */
  async *read(span: Span = {}): AsyncGenerator<Recorded> {
    await this.refresh();
    for await (const placed of readDecisions(await listSegments(this.root), span)) {
      yield this.describe(placed);
    }
  }

  /** Where decisions stand that are or were before people, or that somebody spoke of; in no order. */
  async readStandings(): Promise<Standing[]> {
    await this.refresh();
    return [...this.standings.all()];
  }

  /** Decisions that wait in a queue, those first that came first. */
  async readWaiting(queue: string): Promise<Standing[]> {
    const waiting = (await this.readStandings()).filter(
      (standing) => standing.queue === queue && !standing.answer,
    );
    return sortBy(waiting, ({ since }) => since);
  }

  /** Decisions of which a person said what they show, those first that were confirmed first. */
  async *readConfirmed(): AsyncGenerator<Recorded & { readonly standing: Standing }> {
    const confirmed = (await this.readStandings()).filter(({ decision }) =>
      this.standings.isConfirmed(decision),
    );
    const inOrder = sortBy(confirmed, ({ answer }) => answer?.time ?? "");
    for (let start = 0; start < inOrder.length; start += PAGE) {
      for (const { entry, at, standing } of await this.load(inOrder.slice(start, start + PAGE))) {
        if (standing) yield { entry, at, standing };
      }
    }
  }

  /** The decisions of these standings, in their order; those that are gone are left out. */
  async load(standings: readonly Standing[]): Promise<Recorded[]> {
    const found = new Map<string, Recorded>();
    for (const at of new Set(standings.map((standing) => standing.at))) {
      const segment = findSegment(this.root, at);
      if (!segment) continue;
      const ids = standings.flatMap((one) => (one.at === at ? [one.decision] : []));
      for (const entry of await findDecisions(segment, ids)) {
        found.set(entry.id, this.describe({ entry, segment }));
      }
    }
    return standings.flatMap(({ decision }) => found.get(decision) ?? []);
  }

  /** The picture that was kept: a JPEG; null where there is none. */
  async readPicture({ entry: { id }, at }: Recorded): Promise<Buffer | null> {
    const segment = findSegment(this.root, at);
    if (!segment) return null;
    const jpeg = await readFile(pictureOf(segment, id)).catch(() => null);
    // A power cut may leave a file without its content.
    return jpeg && jpeg.length > 0 ? jpeg : null;
  }

  /** Brings the record within its bounds. Throws what the file system throws. */
  sweep(now = Date.now()): Promise<void> {
    const mine = this.sweeping.then(() => sweepRecord(this.root, this.bounds, this.standings, now));
    this.sweeping = mine.catch(() => undefined);
    return mine;
  }

  /** Ends the segment once everything is written; the record can still be read. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.flush();
    await this.sweeping;
    await this.writer.close();
  }

  private async look(id: string): Promise<Recorded | undefined> {
    await this.refresh();
    const known = this.recent.get(id) ?? this.standings.get(id)?.at;
    const place = known === undefined ? null : findSegment(this.root, known);
    for (const segment of place ? [place] : (await listSegments(this.root)).reverse()) {
      const [entry] = await findDecisions(segment, [id]);
      if (entry) return this.describe({ entry, segment });
    }
    return undefined;
  }

  private async refresh(): Promise<void> {
    await this.flush();
    await this.standings.refresh();
  }

  private describe({ entry, segment }: Placed): Recorded {
    const standing = this.standings.get(entry.id);
    return { entry, at: segment.name, ...(standing ? { standing } : {}) };
  }

  private segmentOf({ at }: Recorded): Segment {
    return findSegment(this.root, at) as Segment;
  }

  private remember(id: string, { name }: Segment): void {
    this.recent.set(id, name);
    const [oldest] = this.recent.keys();
    if (this.recent.size > MOST_RECENT && oldest !== undefined) this.recent.delete(oldest);
  }

  private tidyAfter({ name }: Segment): void {
    this.timer ??= setInterval(() => {
      this.tidy();
    }, SWEEP_MS).unref();
    if (this.swept === name) return;
    this.swept = name;
    this.tidy();
  }

  /** What cannot be taken away now is taken away later; a full disk is told by the next line. */
  private tidy(): void {
    this.sweep().catch(() => undefined);
  }
}

function sortBy<T>(list: readonly T[], time: (entry: T) => string): T[] {
  return list
    .map((entry) => ({ entry, at: Date.parse(time(entry)) }))
    .sort((a, b) => a.at - b.at)
    .map(({ entry }) => entry);
}
