import type { ServerResponse } from "node:http";
import type { Clock } from "./clock";
import { orAborted } from "./gates";
import type { Journal, JournalEntry } from "./journal";

/** How bytes are cut into writes. */
export type Chunking =
  | { readonly kind: "lines" }
  | { readonly kind: "coalesce" }
  | { readonly kind: "bytes"; readonly bytes: number; readonly delayMs: number };

/** One answer on its way: JSON, text or NDJSON, cut into writes as a fault wishes. */
export class Reply {
  chunking: Chunking = { kind: "lines" };
  /** The double itself has cut the connection, so a close says nothing about the client. */
  cut = false;
  readonly #kept: Buffer[] = [];

  constructor(
    private readonly response: ServerResponse,
    private readonly entry: JournalEntry,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** Headers are out. */
  get started(): boolean {
    return this.response.headersSent;
  }

  async json(status: number, value: unknown): Promise<void> {
    await this.body(status, "application/json; charset=utf-8", JSON.stringify(value));
  }

  async text(status: number, text: string): Promise<void> {
    await this.body(status, "text/plain; charset=utf-8", text);
  }

  async empty(status: number): Promise<void> {
    await this.body(status, undefined, "");
  }

  /** A whole body of known length. */
  async body(
    status: number,
    contentType: string | undefined,
    text: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const bytes = Buffer.from(text);
    this.#head(status, {
      ...headers,
      ...(contentType === undefined ? {} : { "Content-Type": contentType }),
      "Content-Length": bytes.length,
    });
    await this.#write(bytes);
    await this.end();
  }

  /** One NDJSON line; the first one sends the headers. */
  async line(value: unknown): Promise<void> {
    this.#startStream();
    await this.#write(Buffer.from(`${JSON.stringify(value)}\n`));
  }

  /** One server-sent event; the first one sends the headers. Text goes out as it is. */
  async event(data: unknown): Promise<void> {
    await this.raw(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  }

  /** A part of a stream of events, as it is. */
  async raw(text: string): Promise<void> {
    this.startEvents();
    await this.#write(Buffer.from(text));
  }

  /** The head of a stream of events, before there is one. */
  startEvents(): void {
    if (!this.started) this.#head(200, { "Content-Type": "text/event-stream; charset=utf-8" });
  }

  /** Ends the answer; a stream that had no line ends empty. */
  async end(): Promise<void> {
    this.#startStream();
    const kept = Buffer.concat(this.#kept.splice(0));
    if (kept.length > 0) await this.#flush(kept);
    await orAborted(
      new Promise<void>((resolve) => {
        // A client may hang up on its last line: then there is no `finish`, and all was said.
        this.response.once("close", resolve);
        this.response.end(resolve);
      }),
      this.signal,
    );
  }

  /** Sends half of a value's line, then cuts the connection. */
  async cutInside(value: unknown): Promise<void> {
    this.#startStream();
    await this.cutHalf(`${JSON.stringify(value)}\n`);
  }

  /** Sends half of a text, then cuts the connection. */
  async cutHalf(text: string): Promise<void> {
    const line = Buffer.from(text);
    await this.#flush(line.subarray(0, Math.floor(line.length / 2)));
    this.cut = true;
    this.response.destroy();
  }

  /** A TCP reset. */
  reset(): void {
    this.cut = true;
    this.response.socket?.resetAndDestroy();
  }

  #startStream(): void {
    if (!this.started) this.#head(200, { "Content-Type": "application/x-ndjson" });
  }

  #head(status: number, headers: Record<string, string | number>): void {
    this.response.writeHead(status, headers);
    this.entry.status = status;
    this.journal.changed();
  }

  async #write(bytes: Buffer): Promise<void> {
    switch (this.chunking.kind) {
      case "lines":
        if (bytes.length > 0) await this.#flush(bytes);
        return;
      case "coalesce":
        this.#kept.push(bytes);
        return;
      case "bytes": {
        const { bytes: size, delayMs } = this.chunking;
        for (let at = 0; at < bytes.length; at += size) {
          if (at > 0) await this.clock.sleep(delayMs, this.signal);
          await this.#flush(bytes.subarray(at, at + size));
        }
      }
    }
  }

  /** Hands bytes to the kernel as a write of their own. */
  async #flush(bytes: Buffer): Promise<void> {
    await orAborted(
      new Promise<void>((resolve) => {
        this.response.write(bytes, () => {
          setImmediate(resolve);
        });
      }),
      this.signal,
    );
  }
}
