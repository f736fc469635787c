import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "./clock";
import { ClientGone } from "./errors";
import type { ArrivalFault, Fault, Faults, FaultTarget, RandomFaults } from "./faults";
import { orAborted, type GateName, type Gates } from "./gates";
import type { Journal, JournalEntry } from "./journal";
import { Reply } from "./reply";

/** What each double has, whatever it speaks. */
export interface DoubleParts {
  readonly clock: Clock;
  readonly gates: Gates;
  readonly faults: Faults;
  readonly journal: Journal;
}

/** One request and its answer. */
export interface Exchange {
  readonly entry: JournalEntry;
  readonly reply: Reply;
  /** Aborted when the client leaves or the double closes. */
  readonly signal: AbortSignal;
  /** Aborted when the double closes, whether the client is still there or not. */
  readonly closing: AbortSignal;
  /** The body's bytes, once they are here. */
  bytes: Buffer;
  /** Set by the handler once it knows: an error may have to go into the stream. */
  streaming: boolean;
}

export interface ListenOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

/** A real HTTP server that journals its requests and goes wrong as a test wishes. */
export abstract class HttpDouble {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #accepted = 0;
  readonly #requests = new Set<{ controllers: AbortController[]; handled: Promise<void> }>();
  readonly #host: string;
  #port: number;
  #nextId = 1;

  protected constructor(
    protected readonly parts: DoubleParts,
    { port = 0, host = "127.0.0.1" }: ListenOptions,
  ) {
    this.#port = port;
    this.#host = host;
    this.#server = createServer((request, response) => {
      this.#accept(request, response);
    });
    // Neither Go nor llama.cpp closes an idle connection or limits a slow request.
    Object.assign(this.#server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    this.#server.on("connection", (socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      this.#accepted += 1;
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** Answers a request that no fault has met. A throw goes to `report`. */
  protected abstract route(exchange: Exchange): Promise<void>;
  /** Tells the client what a handler threw. */
  protected abstract report(exchange: Exchange, error: unknown): Promise<void>;
  /** What is thrown for these faults, in the server's own words. */
  protected abstract refusal(kind: "unauthorized" | "busy"): Error;
  /** Forgets what a restart forgets. */
  protected abstract reset(): void;

  /** Such as `http://127.0.0.1:41234`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get journal(): Journal {
    return this.parts.journal;
  }

  /** Connections that were ever opened. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Open connections. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** The next request that matches meets this fault. */
  fault(fault: Fault, target?: FaultTarget): void {
    this.parts.faults.add(fault, target);
  }

  /** Faults at random from now on; `undefined` turns them off. */
  randomFaults(setting: RandomFaults | undefined): void {
    this.parts.faults.setRandom(setting);
  }

  /** Drops all faults that have not been met, random mode too. */
  clearFaults(): void {
    this.parts.faults.clear();
  }

  /** Stops requests at a gate, after `passes` have gone through, until the returned call. */
  hold(gate: GateName, passes = 0): () => void {
    return this.parts.gates.hold(gate, passes);
  }

  /** Listens; after `stop` on the same port again. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, this.#host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** As a server that was told to end: refuses whoever is new, and leaves the others waiting. */
  stopListening(): void {
    this.#server.close();
  }

  /** As a kill: cuts every connection, forgets what is loaded; the port refuses from now on. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    const requests = [...this.#requests];
    for (const { controllers } of requests) {
      for (const controller of controllers) controller.abort(new ServerStopped());
    }
    const sockets = [...this.#sockets];
    const cut = sockets.map((socket) => once(socket, "close"));
    for (const socket of sockets) socket.destroy();
    await Promise.all(requests.map(({ handled }) => handled));
    this.reset();
    await Promise.all([...cut, closed]);
  }

  /** Stops for good; no socket and no timer is left. */
  close(): Promise<void> {
    return this.stop();
  }

  #accept(request: IncomingMessage, response: ServerResponse): void {
    const { journal, clock } = this.parts;
    const entry: JournalEntry = {
      id: this.#nextId++,
      method: request.method ?? "",
      path: (request.url ?? "/").split("?", 1)[0] ?? "/",
      headers: request.headers,
      body: undefined,
      bodyBytes: 0,
      images: [],
      stages: ["receiving"],
      cold: false,
      status: undefined,
      tokens: 0,
      faults: [],
      clientClosedAt: undefined,
      finished: false,
    };
    journal.add(entry);
    const controller = new AbortController();
    const closing = new AbortController();
    const reply = new Reply(response, entry, journal, clock, controller.signal);
    response.on("close", () => {
      if (response.writableFinished || reply.cut || controller.signal.aborted) return;
      entry.clientClosedAt = entry.stages.at(-1);
      controller.abort(new ClientGone());
      journal.changed();
    });
    const exchange: Exchange = {
      ...{ entry, reply, signal: controller.signal, closing: closing.signal },
      ...{ bytes: Buffer.alloc(0), streaming: false },
    };
    const running = {
      controllers: [controller, closing],
      handled: this.#handle(request, exchange).finally(() => {
        this.#requests.delete(running);
        this.parts.faults.forget(entry);
        entry.finished = true;
        journal.enter(entry, "done");
      }),
    };
    this.#requests.add(running);
  }

  /** Never rejects: whatever goes wrong is the client's answer. */
  async #handle(request: IncomingMessage, exchange: Exchange): Promise<void> {
    const { faults, journal, gates } = this.parts;
    const { entry, signal } = exchange;
    try {
      faults.roll(entry);
      exchange.bytes = await orAborted(readBytes(request), signal);
      recordBody(entry, exchange.bytes);
      journal.enter(entry, "accepted");
      const fault = faults.take("arrival", entry);
      if (fault && (await this.#meet(fault, exchange))) return;
      await gates.pass("accept", signal);
      await this.route(exchange);
    } catch (error) {
      if (signal.aborted) return;
      await this.report(exchange, error).catch(() => undefined);
    }
  }

  /** Whether the fault was the whole answer. */
  async #meet(fault: ArrivalFault, { reply, signal }: Exchange): Promise<boolean> {
    switch (fault.kind) {
      case "chunking":
        reply.chunking = { kind: "bytes", bytes: fault.bytes, delayMs: fault.delayMs ?? 0 };
        return false;
      case "coalesce":
        reply.chunking = { kind: "coalesce" };
        return false;
      case "status":
        await reply.body(fault.status, fault.contentType, fault.body ?? "", fault.headers);
        return true;
      case "forbidden":
        await reply.empty(403);
        return true;
      case "empty-500":
        await reply.empty(500);
        return true;
      case "bad-gateway": {
        const page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
        await reply.body(502, "text/html", page);
        return true;
      }
      case "unauthorized":
      case "busy":
        throw this.refusal(fault.kind);
      case "hang":
        await orAborted(new Promise<never>(() => undefined), signal);
        return true;
      case "reset":
        reply.reset();
        return true;
    }
  }
}

/** Reason of every request's signal when the double stops. */
class ServerStopped extends Error {
  override readonly name = "ServerStopped";
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function recordBody(entry: JournalEntry, bytes: Buffer): void {
  entry.bodyBytes = bytes.length;
  try {
    entry.body = JSON.parse(bytes.toString()) as unknown;
  } catch {
    // The handler answers for a broken body; here it only stays undefined.
  }
}
