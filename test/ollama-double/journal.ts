import type { IncomingHttpHeaders } from "node:http";
import { toError } from "../../lib/errors";
import type { ReceivedImage } from "./images";

/** How far a request has come. */
export type Stage =
  | "receiving" // its body arrives
  | "accepted" // read, not yet handled
  | "load-queue" // waits for other loads
  | "loading"
  | "queued" // waits for a slot of a loaded model
  | "evaluating" // has a slot, no token yet
  | "streaming" // the first token is out
  | "pulling"
  | "done";

/** One request as the server saw it. */
export interface JournalEntry {
  readonly id: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined for an empty or broken body. */
  body: unknown;
  /** Length of the body in bytes. */
  bodyBytes: number;
  /** Decoded images in the order of the request. */
  images: readonly ReceivedImage[];
  /** Every stage so far, in order. */
  readonly stages: Stage[];
  /** Whether this request made the server load the model. */
  cold: boolean;
  /** HTTP status, once headers are out. */
  status: number | undefined;
  /** Tokens that the model has written for it. */
  tokens: number;
  /** Kinds of the faults it met. */
  readonly faults: string[];
  /** The stage at which the server saw the client leave. */
  clientClosedAt: Stage | undefined;
  /** No more will happen to it. */
  finished: boolean;
}

/** What the server received, in order of arrival. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly #watchers = new Set<() => void>();

  /** Keeps the newest `size` entries: each holds its images, and a soak sends many. */
  constructor(private readonly size = Infinity) {}

  /** Entries of one path. */
  of(path: string): readonly JournalEntry[] {
    return this.entries.filter((entry) => entry.path === path);
  }

  /** The newest entry, of one path where that is given. Throws when there is none. */
  last(path?: string): JournalEntry {
    const entry = this.entries.findLast((each) => path === undefined || each.path === path);
    if (!entry) throw new Error(`The double received nothing${path ? ` at ${path}` : ""}.`);
    return entry;
  }

  add(entry: JournalEntry): void {
    this.entries.push(entry);
    if (this.entries.length > this.size) this.entries.shift();
    this.changed();
  }

  enter(entry: JournalEntry, stage: Stage): void {
    if (entry.stages.at(-1) === stage) return;
    entry.stages.push(stage);
    this.changed();
  }

  /** Tells those who wait that an entry has changed. */
  changed(): void {
    for (const check of [...this.#watchers]) check();
  }

  /** Resolves with the first entry that satisfies the condition, now or later. */
  waitFor(condition: (entry: JournalEntry) => boolean): Promise<JournalEntry> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        let found: JournalEntry | undefined;
        try {
          found = this.entries.find(condition);
        } catch (error: unknown) {
          // The test's mistake must fail the test, not the server.
          this.#watchers.delete(check);
          reject(toError(error));
          return;
        }
        if (!found) return;
        this.#watchers.delete(check);
        resolve(found);
      };
      this.#watchers.add(check);
      check();
    });
  }

  /** Resolves once a request stands at this stage now. */
  reached(stage: Stage, path?: string): Promise<JournalEntry> {
    return this.waitFor(
      (entry) =>
        !entry.finished &&
        entry.stages.at(-1) === stage &&
        (path === undefined || entry.path === path),
    );
  }

  /** Forgets everything. */
  clear(): void {
    this.entries.length = 0;
  }
}
