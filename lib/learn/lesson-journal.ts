import { appendFile, mkdir, open, stat } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import { TlacError, toError } from "../errors";
import { lineAt, readLines } from "../record/read-lines";
import { formatLearnEntry, parseLearnEntry, type LearnEntry } from "./lessons";
import { Lessons } from "./lessons-in-force";

const LINES_PER_TURN = 256;

/**
 * What people taught, one JSON line an entry in one file, which is only ever appended to: several
 * processes may do so, and each reads on where it stopped.
 */
export class LessonJournal {
  private lessons = new Lessons();
  private inode = 0;
  private offset = 0;
  private reading: Promise<unknown> = Promise.resolve();

  constructor(readonly file: string) {}

  /** All entries as far as the file goes now. Throws what the file system throws. */
  read(): Promise<Lessons> {
    const mine = this.reading.then(() => this.readOn());
    this.reading = mine.catch(() => undefined);
    return mine;
  }

  /** What was read last, without a look at the file. */
  get known(): Lessons {
    return this.lessons;
  }

  /** Appends entries; on the disk when it resolves. Throws `BAD_CONFIG`. */
  async append(entries: readonly LearnEntry[]): Promise<Lessons> {
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      // One write, so that lines of two processes do not mix; behind half a line, a new one.
      const lines = entries.map(formatLearnEntry).join("");
      await appendFile(this.file, (await this.endsInLine()) ? lines : `\n${lines}`, {
        flush: true,
      });
      return await this.read();
    } catch (thrown) {
      const params = { folder: path.dirname(this.file), reason: toError(thrown).message };
      throw new TlacError("BAD_CONFIG", "learn.not-writable", params, { cause: thrown });
    }
  }

  private async readOn(): Promise<Lessons> {
    const now = await stat(this.file).catch(() => null);
    if (now?.ino === this.inode && now.size === this.offset) return this.lessons;
    if (now?.ino !== this.inode || now.size < this.offset) {
      this.lessons = new Lessons();
      this.offset = 0;
    }
    if (!now) return this.lessons;
    const lines = await readLines(this.file, this.offset);
    this.inode = lines.inode;
    const entries: LearnEntry[] = [];
    for (let line = 0; line < lines.bounds.length - 1; line++) {
      const entry = parseLearnEntry(lineAt(lines, line));
      if (entry) entries.push(entry);
      if (line % LINES_PER_TURN === 0) await nextTurn();
    }
    this.offset += lines.bounds.at(-1) ?? 0;
    if (entries.length > 0) this.lessons = this.lessons.with(entries);
    return this.lessons;
  }

  private async endsInLine(): Promise<boolean> {
    const file = await open(this.file, "r").catch(() => null);
    if (!file) return true;
    try {
      const { size } = await file.stat();
      if (size === 0) return true;
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
      return buffer[0] === 0x0a;
    } finally {
      await file.close();
    }
  }
}
