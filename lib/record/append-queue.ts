import { TlacError, toError } from "../errors";
import type { Frame } from "../frame/frame";
import { shrinkJpeg } from "../frame/shrink-jpeg";
import { formatEntry, type Entry } from "./entries";
import type { SegmentWriter } from "./segment-writer";
import type { Segment } from "./segments";

/** What can be kept of a frame. */
export type Picture = Pick<Frame, "jpeg" | "width" | "height">;

/** Whether decisions are being kept. */
export interface RecordState {
  /** Why not; null: they are. */
  readonly problem: TlacError | null;
  /** Decisions that were not kept since the problem began. */
  readonly lost: number;
}

/** Pixels of a kept picture's long side. */
const MOST_SIDE = 768;

/** Lines that wait for a slow disk, and those of them that bring their picture. */
const MOST_WAITING = 20_000;
const MOST_PICTURES = 200;

/** Lines and pictures that one write takes along, and pictures that are made smaller at once. */
const LINES_AT_ONCE = 512;
const PICTURES_PER_WRITE = 16;
const SHRUNK_AT_ONCE = 4;

interface Waiting {
  readonly entry: Entry;
  readonly line: string;
  readonly picture: Picture | undefined;
  readonly written: (segment: Segment) => void;
  readonly failed: (problem: TlacError) => void;
}

/**
 * Lines on their way to the disk. One write takes along what came during the last one, so that
 * a slow disk costs time but no more memory than the bounds. What fails is told once, and once more
 * when it is over.
 */
export class AppendQueue {
  private readonly waiting: Waiting[] = [];
  private pictures = 0;
  private working = false;
  /** Settles with the line that was added last. */
  private last: Promise<unknown> = Promise.resolve();
  private now: RecordState = { problem: null, lost: 0 };

  constructor(
    private readonly folder: string,
    private readonly writer: SegmentWriter,
    private readonly onState: (state: RecordState) => void,
  ) {}

  get state(): RecordState {
    return this.now;
  }

  /** Resolves when the line is on the disk. Throws `BAD_CONFIG` where it cannot be written. */
  add(entry: Entry, picture?: Picture): Promise<Segment> {
    const mine = new Promise<Segment>((written, failed) => {
      const line = formatEntry(entry);
      if (this.waiting.length >= MOST_WAITING) {
        failed(this.fail(new TlacError("BAD_CONFIG", "record.too-slow", this.place()), [entry]));
        return;
      }
      // The line says more than the picture, and takes a hundredth of its room.
      const kept = this.pictures < MOST_PICTURES ? picture : undefined;
      if (kept) this.pictures += 1;
      this.waiting.push({ entry, line, picture: kept, written, failed });
      if (!this.working) void this.work();
    });
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when all that was added is on the disk, or has failed. */
  async flush(): Promise<void> {
    await this.last;
  }

  private async work(): Promise<void> {
    this.working = true;
    while (this.waiting.length > 0) await this.write(this.take());
    this.working = false;
  }

  private take(): Waiting[] {
    let pictures = 0;
    let lines = 0;
    for (const { picture } of this.waiting) {
      if (lines === LINES_AT_ONCE || (picture && pictures === PICTURES_PER_WRITE)) break;
      lines += 1;
      if (picture) pictures += 1;
    }
    this.pictures -= pictures;
    return this.waiting.splice(0, lines);
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.writer.prepare();
      const problem = await this.keepPictures(batch);
      const segment = await this.writer.append(batch.map(({ line }) => line).join(""));
      for (const { written } of batch) written(segment);
      if (problem) this.fail(problem, []);
      else this.recover();
    } catch (thrown) {
      const entries = batch.map(({ entry }) => entry);
      const problem = this.fail(this.explain(thrown), entries);
      for (const { failed } of batch) failed(problem);
    }
  }

  /** Resolves with what went wrong last; the lines are written all the same. */
  private async keepPictures(batch: readonly Waiting[]): Promise<TlacError | null> {
    const left = batch.filter(({ picture }) => picture !== undefined);
    let problem: TlacError | null = null;
    const keep = async (): Promise<void> => {
      for (let one = left.shift(); one; one = left.shift()) {
        try {
          if (one.picture) await this.writer.keepPicture(one.entry.id, await shrink(one.picture));
        } catch (thrown) {
          problem = this.explain(thrown);
        }
      }
    };
    await Promise.all(Array.from({ length: SHRUNK_AT_ONCE }, keep));
    return problem;
  }

  private explain(thrown: unknown): TlacError {
    const params = { ...this.place(), reason: toError(thrown).message };
    return new TlacError("BAD_CONFIG", "record.not-writable", params, { cause: thrown });
  }

  private place(): { readonly folder: string } {
    return { folder: this.folder };
  }

  private fail(problem: TlacError, lost: readonly Entry[]): TlacError {
    const isNew = this.now.problem === null;
    const decisions = lost.filter(({ kind }) => kind === "decision").length;
    this.now = { problem, lost: this.now.lost + decisions };
    if (isNew) this.onState(this.now);
    return problem;
  }

  private recover(): void {
    const { problem, lost } = this.now;
    if (!problem) return;
    this.now = { problem: null, lost: 0 };
    this.onState({ problem: null, lost });
  }
}

/** The picture as it is kept. */
export async function shrink({ jpeg, width, height }: Picture): Promise<Buffer> {
  return Math.max(width, height) <= MOST_SIDE ? jpeg : shrinkJpeg(jpeg, MOST_SIDE);
}
