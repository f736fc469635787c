import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { writeWholeFile } from "../basics/write-whole-file";

/** Second answers by question: a steady plant pays the second LMM call once per new word. */
export interface ReconcileMemo {
  /** The class id; null for "none of these"; undefined: not asked yet. */
  get(key: string): string | null | undefined;
  set(key: string, chosen: string | null): void;
}

/** Beyond this many answers the oldest ones are dropped: some 100 bytes each. */
const MAX_ANSWERS = 20_000;

/**
 * A memo kept in a file, one JSON line an answer, the newest last. A line that cannot be read
 * (a cut write, a foreign hand) is dropped; a disk that refuses to write costs the memory of a
 * restart, not the classification.
 */
export class FileReconcileMemo implements ReconcileMemo {
  private writing: Promise<void> = Promise.resolve();
  /** Lines that the next write takes along, so that a burst costs one write. */
  private pending: string[] = [];

  private constructor(
    private readonly file: string,
    private readonly answers: Map<string, string | null>,
  ) {}

  /** Reads what an earlier run has learnt; no file is an empty memo. */
  static async open(file: string): Promise<FileReconcileMemo> {
    const text = await readFile(file, "utf8").catch(() => "");
    const memo = new FileReconcileMemo(file, new Map(parseAnswers(text)));
    memo.forgetOldest();
    return memo;
  }

  get(key: string): string | null | undefined {
    return this.answers.get(key);
  }

  set(key: string, chosen: string | null): void {
    this.answers.delete(key);
    this.answers.set(key, chosen);
    this.pending.push(toLine([key, chosen]));
    if (this.pending.length === 1) {
      this.write((file) => appendFile(file, this.pending.splice(0).join("")));
    }
    this.forgetOldest();
  }

  /** Resolves when all that was set is on disk, as far as the disk takes it. */
  flush(): Promise<void> {
    return this.writing;
  }

  /** Rewrites the file whole once it holds a tenth more than it should. */
  private forgetOldest(): void {
    if (this.answers.size <= MAX_ANSWERS * 1.1) return;
    const surplus = this.answers.size - MAX_ANSWERS;
    for (const key of [...this.answers.keys()].slice(0, surplus)) this.answers.delete(key);
    const lines = [...this.answers].map(toLine).join("");
    this.pending = [];
    this.write((file) => writeWholeFile(file, lines));
  }

  /** One write after the other; a read-only disk must not stop the plant. */
  private write(work: (file: string) => Promise<void>): void {
    this.writing = this.writing
      .then(() => mkdir(path.dirname(this.file), { recursive: true }))
      .then(() => work(this.file))
      .catch(() => undefined);
  }
}

function toLine(answer: readonly [string, string | null]): string {
  return `${JSON.stringify(answer)}\n`;
}

function parseAnswers(text: string): [string, string | null][] {
  return text.split("\n").flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      return isAnswer(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
}

function isAnswer(entry: unknown): entry is [string, string | null] {
  return (
    Array.isArray(entry) &&
    entry.length === 2 &&
    typeof entry[0] === "string" &&
    (entry[1] === null || typeof entry[1] === "string")
  );
}
