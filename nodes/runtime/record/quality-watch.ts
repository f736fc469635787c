import { readFile } from "node:fs/promises";
import path from "node:path";

import { writeWholeFile } from "../../../lib/basics/write-whole-file";
import { keyOf, type Drift } from "../../../lib/record/quality/find-drifts";
import { QualityReader, type Quality } from "../../../lib/record/quality/quality";
import type { DecisionRecord } from "../../../lib/record/record";

/** Hears what drifts now; `fresh` are those that nobody was warned of. */
export type DriftListener = (drifts: readonly Drift[], fresh: readonly Drift[]) => void;

/** A drift shows over days. */
const CHECK_MS = 3_600_000;

/**
 * Looks once an hour how good a record's decisions are, and tells those who listen. Who was warned
 * is kept beside the record: neither a deploy nor a restart repeats a warning, or loses one.
 */
export class QualityWatch {
  private readonly reader: QualityReader;
  private readonly listeners = new Set<{ node: string | null; hear: DriftListener }>();
  /** Of a disk that fails there is nothing else. */
  private warned: ReadonlySet<string> = new Set();
  private reading: Promise<unknown> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private next: NodeJS.Immediate | undefined;
  private last: Quality | undefined;

  constructor(
    private readonly record: DecisionRecord,
    private readonly now: () => number = Date.now,
  ) {
    this.reader = new QualityReader(record);
  }

  /** As of the last look. */
  get current(): Quality | undefined {
    return this.last;
  }

  /**
   * Returns how to stop.
   *
   * @param node whose drifts are told, and who warns of them; null: all, and somebody else warns
   */
  listen(node: string | null, hear: DriftListener): () => void {
    const listener = { node, hear };
    this.listeners.add(listener);
    this.timer ??= setInterval(() => {
      this.check();
    }, CHECK_MS).unref();
    this.check();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
      clearImmediate(this.next);
      this.next = undefined;
    };
  }

  /** Throws what the file system throws. */
  read(): Promise<Quality> {
    const mine = this.reading.then(async () => {
      // Another process, with other nodes, may have warned of some meanwhile.
      const kept = await this.readWarned();
      const warned = new Set([...this.warned, ...kept]);
      this.last = await this.reader.read(warned, this.now());
      this.warned = this.tell(this.last.drifts, warned);
      await this.keep(this.warned, kept);
      return this.last;
    });
    this.reading = mine.catch(() => undefined);
    return mine;
  }

  /** Resolves when the look that is under way is over, and who was warned is kept. */
  async settle(): Promise<void> {
    await this.reading;
  }

  /** Once for all that begin to listen in a deploy. */
  private check(): void {
    this.next ??= setImmediate(() => {
      this.next = undefined;
      // The record itself tells of a disk that fails.
      this.read().catch(() => undefined);
    });
  }

  /** Returns of which of them somebody was warned. */
  private tell(drifts: readonly Drift[], warned: ReadonlySet<string>): ReadonlySet<string> {
    const next = new Set<string>();
    const fresh = drifts.filter((drift) => !warned.has(keyOf(drift)));
    for (const drift of drifts) if (warned.has(keyOf(drift))) next.add(keyOf(drift));
    for (const { node, hear } of [...this.listeners]) {
      const isMine = (drift: Drift): boolean => node === null || drift.node === node;
      const mine = fresh.filter(isMine);
      hear(drifts.filter(isMine), mine);
      if (node !== null) for (const drift of mine) next.add(keyOf(drift));
    }
    return next;
  }

  /** A disk that fails costs a second warning after the next start. */
  private async keep(warned: ReadonlySet<string>, before: ReadonlySet<string>): Promise<void> {
    const list = (keys: Iterable<string>): string => JSON.stringify([...keys].sort());
    if (list(warned) === list(before)) return;
    // What came since this look began is another process's.
    const theirs = [...(await this.readWarned())].filter((key) => !before.has(key));
    await writeWholeFile(this.file, list(new Set([...warned, ...theirs]))).catch(() => undefined);
  }

  private async readWarned(): Promise<Set<string>> {
    const text = await readFile(this.file, "utf8").catch(() => "[]");
    try {
      const keys: unknown = JSON.parse(text);
      return new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : []);
    } catch {
      return new Set();
    }
  }

  private get file(): string {
    return path.join(this.record.root, "drifts.json");
  }
}
