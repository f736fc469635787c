import type { Response } from "express";

/** People and forgotten tabs that listen at once; a browser has six connections for a server. */
const MOST_LISTENERS = 100;

/** Proxies cut a connection on which nothing is said. */
const BEAT_MS = 25_000;

/** A burst of pictures is told once. */
const GATHER_MS = 250;

/** Tells the open pages that something has changed (server-sent events). */
export class PageEvents {
  private readonly listeners = new Set<Response>();
  private readonly beat: NodeJS.Timeout;
  private gathering: NodeJS.Timeout | undefined;

  constructor() {
    this.beat = setInterval(() => {
      this.write(":\n\n");
    }, BEAT_MS).unref();
  }

  /** Keeps the response open until the browser leaves. */
  open(response: Response): void {
    response.writeHead(200, {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store",
      // nginx would keep it all to itself.
      "X-Accel-Buffering": "no",
    });
    response.write("retry: 3000\n\ndata: changed\n\n");
    const [oldest] = this.listeners;
    if (this.listeners.size >= MOST_LISTENERS && oldest) this.leave(oldest);
    this.listeners.add(response);
    response.once("close", () => {
      this.listeners.delete(response);
    });
  }

  /** Returns at once. */
  tell(): void {
    if (this.listeners.size === 0) return;
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.write("data: changed\n\n");
    }, GATHER_MS).unref();
  }

  close(): void {
    clearInterval(this.beat);
    clearTimeout(this.gathering);
    for (const listener of [...this.listeners]) this.leave(listener);
  }

  private leave(listener: Response): void {
    this.listeners.delete(listener);
    listener.end();
  }

  private write(text: string): void {
    for (const listener of this.listeners) {
      // Who does not read any more is let go instead of filling the memory.
      if (!listener.write(text)) this.leave(listener);
    }
  }
}
