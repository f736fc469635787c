import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { isAllowed } from "./access";
import { answer } from "./answer";
import type { Brain } from "./brain";
import { ScriptedBrain } from "./brain-scripted";
import { RealClock, type Clock } from "./clock";
import type { Core, Delays, Exchange } from "./core";
import { ApiError, ClientGone, queueFull, unauthorized } from "./errors";
import {
  Faults,
  type ArrivalFault,
  type Fault,
  type FaultTarget,
  type RandomFaults,
} from "./faults";
import { Gates, orAborted, type GateName } from "./gates";
import { Journal, type JournalEntry } from "./journal";
import { listRunning, listTags, showModel } from "./listing";
import { ModelTable, type ModelSpec } from "./models";
import { PROFILES, type Profile, type ProfileName } from "./profiles";
import { pull } from "./pull";
import { Reply } from "./reply";
import { Scheduler, type SchedulerSettings } from "./scheduler";

export interface OllamaDoubleOptions {
  /** Default "0.34". */
  readonly profile?: ProfileName | Profile;
  /** Default: `llava:7b`. */
  readonly models?: readonly ModelSpec[];
  /** What a pull can fetch; default: `llava:7b` and `moondream:latest`. */
  readonly registry?: readonly ModelSpec[];
  /** Default: says "A hammer." to everything. */
  readonly brain?: Brain;
  /** Milliseconds; default 0 each. */
  readonly delays?: Partial<Delays>;
  readonly scheduling?: Partial<SchedulerSettings>;
  /** Tokens, for requests that set none; default 4096. */
  readonly numCtx?: number;
  readonly clock?: Clock;
  /** Entries that the journal keeps; default: all. */
  readonly journalSize?: number;
  /** Default: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. Bound to 0.0.0.0 it does not check the Host header. */
  readonly host?: string;
}

type Handler = (core: Core, exchange: Exchange) => Promise<void>;

const PLAIN: Handler = (_core, { reply }) => reply.text(200, "Ollama is running");

const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  "/": { GET: PLAIN, HEAD: PLAIN },
  "/api/version": forReading((core) => ({ version: core.profile.version })),
  "/api/tags": forReading(listTags),
  "/api/ps": forReading(listRunning),
  "/api/show": {
    POST: async (core, exchange) => exchange.reply.json(200, showModel(core, exchange)),
  },
  "/api/pull": { POST: pull },
  "/api/chat": { POST: (core, exchange) => answer(core, exchange, "/api/chat") },
  "/api/generate": { POST: (core, exchange) => answer(core, exchange, "/api/generate") },
};

function forReading(read: (core: Core) => unknown): Readonly<Record<string, Handler>> {
  const handler: Handler = (core, { reply }) => reply.json(200, read(core));
  return { GET: handler, HEAD: handler };
}

/** A running double. */
export class OllamaDouble {
  readonly #core: Core;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #accepted = 0;
  readonly #requests = new Set<{ controller: AbortController; handled: Promise<void> }>();
  readonly #checksHost: boolean;
  #port: number;
  #nextId = 1;

  constructor(private readonly options: OllamaDoubleOptions) {
    const clock = options.clock ?? new RealClock();
    const core: Core = {
      profile: resolveProfile(options.profile ?? "0.34"),
      brain: options.brain ?? new ScriptedBrain("A hammer."),
      deterministic: true,
      defaultNumCtx: options.numCtx ?? 4096,
      delays: { load: 0, promptEval: 0, perToken: 0, pull: 0, ...options.delays },
      clock,
      gates: new Gates(),
      faults: new Faults(),
      journal: new Journal(options.journalSize),
      models: new ModelTable(options.models ?? [{ name: "llava:7b" }], () => clock.now()),
      scheduler: new Scheduler(
        {
          numParallel: 1,
          maxQueue: 512,
          maxLoadedModels: 3,
          defaultKeepAlive: 5 * 60e3,
          ...options.scheduling,
        },
        clock,
        () => core.profile,
      ),
      registry: options.registry ?? [
        { name: "llava:7b" },
        { name: "moondream", family: "phi2", parameterSize: "1B", size: 1_738_451_197 },
      ],
      blobs: new Map(),
    };
    this.#core = core;
    this.#port = options.port ?? 0;
    this.#checksHost = options.host !== "0.0.0.0";
    this.#server = createServer((request, response) => {
      this.#accept(request, response);
    });
    // Go closes no idle connection and sets no limit on a slow request.
    Object.assign(this.#server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    this.#server.on("connection", (socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      this.#accepted += 1;
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** Such as `http://127.0.0.1:41234`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get journal(): Journal {
    return this.#core.journal;
  }

  get models(): ModelTable {
    return this.#core.models;
  }

  get brain(): Brain {
    return this.#core.brain;
  }

  set brain(brain: Brain) {
    this.#core.brain = brain;
  }

  /** Off: equal requests with a seed may get different answers. */
  set deterministic(on: boolean) {
    this.#core.deterministic = on;
  }

  /** Connections that were ever opened. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Open connections. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Another server version: the server restarts, so nothing is loaded any more. */
  useProfile(profile: ProfileName | Profile): void {
    this.#core.profile = resolveProfile(profile);
    this.#core.scheduler.unloadAll();
  }

  /** The next request that matches meets this fault. */
  fault(fault: Fault, target?: FaultTarget): void {
    this.#core.faults.add(fault, target);
  }

  /** Faults at random from now on; `undefined` turns them off. */
  randomFaults(setting: RandomFaults | undefined): void {
    this.#core.faults.setRandom(setting);
  }

  /** Drops all faults that have not been met, random mode too. */
  clearFaults(): void {
    this.#core.faults.clear();
  }

  /** Stops requests at a gate, after `passes` have gone through, until the returned call. */
  hold(gate: GateName, passes = 0): () => void {
    return this.#core.gates.hold(gate, passes);
  }

  /** Listens; after `stop` on the same port again. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, this.options.host ?? "127.0.0.1", () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** As a kill: cuts every connection, unloads every model; the port refuses from now on. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    const requests = [...this.#requests];
    for (const { controller } of requests) controller.abort(new ServerStopped());
    const sockets = [...this.#sockets];
    const cut = sockets.map((socket) => once(socket, "close"));
    for (const socket of sockets) socket.destroy();
    await Promise.all(requests.map(({ handled }) => handled));
    this.#core.scheduler.unloadAll();
    await Promise.all([...cut, closed]);
  }

  /** Stops for good; no socket and no timer is left. */
  close(): Promise<void> {
    return this.stop();
  }

  #accept(request: IncomingMessage, response: ServerResponse): void {
    const { journal, clock } = this.#core;
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
      faults: [],
      clientClosedAt: undefined,
      finished: false,
    };
    journal.add(entry);
    const controller = new AbortController();
    const reply = new Reply(response, entry, journal, clock, controller.signal);
    response.on("close", () => {
      if (response.writableFinished || reply.cut || controller.signal.aborted) return;
      entry.clientClosedAt = entry.stages.at(-1);
      controller.abort(new ClientGone());
      journal.changed();
    });
    const running = {
      controller,
      handled: this.#handle(request, entry, reply, controller.signal).finally(() => {
        this.#requests.delete(running);
        this.#core.faults.forget(entry);
        entry.finished = true;
        journal.enter(entry, "done");
      }),
    };
    this.#requests.add(running);
  }

  /** Never rejects: whatever goes wrong is the client's answer. */
  async #handle(
    request: IncomingMessage,
    entry: JournalEntry,
    reply: Reply,
    signal: AbortSignal,
  ): Promise<void> {
    const core = this.#core;
    const exchange: Exchange = { entry, reply, signal, bytes: Buffer.alloc(0), streaming: false };
    try {
      core.faults.roll(entry);
      exchange.bytes = await orAborted(readBytes(request), signal);
      recordBody(entry, exchange.bytes);
      core.journal.enter(entry, "accepted");
      const fault = core.faults.take("arrival", entry);
      if (fault && (await meetArrivalFault(fault, reply, signal))) return;
      await core.gates.pass("accept", signal);
      await this.#route(exchange);
    } catch (error) {
      if (signal.aborted) return;
      await reportError(core, exchange, error).catch(() => undefined);
    }
  }

  async #route(exchange: Exchange): Promise<void> {
    const { entry, reply } = exchange;
    const { headers, method, path } = entry;
    if (this.#checksHost && !isAllowed(headers)) return reply.empty(403);
    const route = ROUTES[path];
    if (!route) return reply.text(404, "404 page not found");
    const handler = route[method];
    if (!handler) return reply.text(405, "405 method not allowed");
    return handler(this.#core, exchange);
  }
}

/** Reason of every request's signal when the double stops. */
class ServerStopped extends Error {
  override readonly name = "ServerStopped";
}

function resolveProfile(profile: ProfileName | Profile): Profile {
  return typeof profile === "string" ? PROFILES[profile] : profile;
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

/** Whether the fault was the whole answer. */
async function meetArrivalFault(
  fault: ArrivalFault,
  reply: Reply,
  signal: AbortSignal,
): Promise<boolean> {
  switch (fault.kind) {
    case "chunking":
      reply.chunking = { kind: "bytes", bytes: fault.bytes, delayMs: fault.delayMs ?? 0 };
      return false;
    case "coalesce":
      reply.chunking = { kind: "coalesce" };
      return false;
    case "status":
      await reply.body(fault.status, fault.contentType, fault.body ?? "");
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
      throw unauthorized();
    case "busy":
      throw queueFull();
    case "hang":
      await orAborted(new Promise<never>(() => undefined), signal);
      return true;
    case "reset":
      reply.reset();
      return true;
  }
}

async function reportError(core: Core, exchange: Exchange, error: unknown): Promise<void> {
  const { entry, reply, streaming } = exchange;
  const known = error instanceof ApiError ? error : undefined;
  if (!known) entry.faults.push(`handler: ${String(error)}`);
  const early = known?.phase === "run" && streaming && core.profile.firstErrorInStream;
  if (reply.started || (known && early)) {
    await reply.line(known?.body ?? { error: String(error) });
    await reply.end();
    return;
  }
  // A panic in a handler has no body.
  await (known ? reply.json(known.status, known.body) : reply.empty(500));
}

/** Starts a double; `close` it when done. */
export async function startOllamaDouble(options: OllamaDoubleOptions = {}): Promise<OllamaDouble> {
  const double = new OllamaDouble(options);
  await double.start();
  return double;
}
