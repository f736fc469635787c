import { isAllowed } from "./access";
import { answer } from "./answer";
import type { Brain } from "./brain";
import { ScriptedBrain } from "./brain-scripted";
import { RealClock, type Clock } from "./clock";
import type { Core, Delays, Exchange } from "./core";
import { ApiError, queueFull, unauthorized } from "./errors";
import { Faults } from "./faults";
import { Gates } from "./gates";
import { HttpDouble } from "./http-double";
import { Journal } from "./journal";
import { listRunning, listTags, showModel } from "./listing";
import { ModelTable, type ModelSpec } from "./models";
import { PROFILES, type Profile, type ProfileName } from "./profiles";
import { pull } from "./pull";
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
export class OllamaDouble extends HttpDouble {
  readonly #core: Core;
  readonly #checksHost: boolean;

  constructor(options: OllamaDoubleOptions) {
    const core = createCore(options);
    super(core, options);
    this.#core = core;
    this.#checksHost = options.host !== "0.0.0.0";
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

  /** Another server version: the server restarts, so nothing is loaded any more. */
  useProfile(profile: ProfileName | Profile): void {
    this.#core.profile = resolveProfile(profile);
    this.#core.scheduler.unloadAll();
  }

  protected override async route(exchange: Exchange): Promise<void> {
    const { entry, reply } = exchange;
    const { headers, method, path } = entry;
    if (this.#checksHost && !isAllowed(headers)) return reply.empty(403);
    const route = ROUTES[path];
    if (!route) return reply.text(404, "404 page not found");
    const handler = route[method];
    if (!handler) return reply.text(405, "405 method not allowed");
    return handler(this.#core, exchange);
  }

  protected override async report(exchange: Exchange, error: unknown): Promise<void> {
    const { entry, reply, streaming } = exchange;
    const known = error instanceof ApiError ? error : undefined;
    if (!known) entry.faults.push(`handler: ${String(error)}`);
    const early = known?.phase === "run" && streaming && this.#core.profile.firstErrorInStream;
    if (reply.started || (known && early)) {
      await reply.line(known?.body ?? { error: String(error) });
      await reply.end();
      return;
    }
    // A panic in a handler has no body.
    await (known ? reply.json(known.status, known.body) : reply.empty(500));
  }

  protected override refusal(kind: "unauthorized" | "busy"): Error {
    return kind === "busy" ? queueFull() : unauthorized();
  }

  protected override reset(): void {
    this.#core.scheduler.unloadAll();
  }
}

function createCore(options: OllamaDoubleOptions): Core {
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
  return core;
}

function resolveProfile(profile: ProfileName | Profile): Profile {
  return typeof profile === "string" ? PROFILES[profile] : profile;
}

/** Starts a double; `close` it when done. */
export async function startOllamaDouble(options: OllamaDoubleOptions = {}): Promise<OllamaDouble> {
  const double = new OllamaDouble(options);
  await double.start();
  return double;
}
