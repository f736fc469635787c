import type { Brain } from "../ollama-double/brain";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { RealClock, type Clock } from "../ollama-double/clock";
import { Faults } from "../ollama-double/faults";
import { Gates } from "../ollama-double/gates";
import { HttpDouble, type Exchange, type ListenOptions } from "../ollama-double/http-double";
import { Journal } from "../ollama-double/journal";
import { isRecord } from "../ollama-double/schema";
import { Slots } from "../ollama-double/slots";
import type { Core, Delays } from "./core";
import { Failure, OwnBody, tooManyImages, wordFailure } from "./errors";
import { listModels, type ServedModel } from "./models";
import { PROFILES, type Profile, type ProfileName } from "./profiles";
import { readChatRequest } from "./request";
import { Run } from "./run";

export interface OpenAiDoubleOptions extends ListenOptions {
  /** Default "llama-server". */
  readonly profile?: ProfileName | Profile;
  /** Default: `llava`. */
  readonly models?: readonly ServedModel[];
  /** Default: says "A hammer." to everything. */
  readonly brain?: Brain;
  /** Asked for where it is set and the profile looks at keys. */
  readonly apiKey?: string;
  /** Answers at a time; default 1. */
  readonly slots?: number;
  /** Milliseconds; default 0 each. */
  readonly delays?: Partial<Delays>;
  readonly clock?: Clock;
  /** Entries that the journal keeps; default: all. */
  readonly journalSize?: number;
}

/** A running double. */
export class OpenAiDouble extends HttpDouble {
  readonly #core: Core;
  readonly #slots: number;

  constructor(options: OpenAiDoubleOptions) {
    const { profile = "llama-server", slots = 1 } = options;
    const core: Core = {
      profile: typeof profile === "string" ? PROFILES[profile] : profile,
      brain: options.brain ?? new ScriptedBrain("A hammer."),
      models: options.models ?? [{ id: "llava" }],
      apiKey: options.apiKey,
      loading: 0,
      imageLimit: Infinity,
      slots: new Slots(slots),
      cached: "",
      delays: { promptEval: 0, perToken: 0, ...options.delays },
      clock: options.clock ?? new RealClock(),
      gates: new Gates(),
      faults: new Faults(),
      journal: new Journal(options.journalSize),
    };
    super(core, options);
    this.#core = core;
    this.#slots = slots;
  }

  set brain(brain: Brain) {
    this.#core.brain = brain;
  }

  set models(models: readonly ServedModel[]) {
    this.#core.models = models;
  }

  set profile(profile: ProfileName | Profile) {
    this.#core.profile = typeof profile === "string" ? PROFILES[profile] : profile;
  }

  /** The next so many requests, whatever their path, meet a server that loads its model. */
  set loading(requests: number) {
    this.#core.loading = requests;
  }

  /** Images that one request may have. */
  set imageLimit(most: number) {
    this.#core.imageLimit = most;
  }

  /** Answers that are being written, also those that nobody waits for. */
  get active(): number {
    return this.#core.slots.active;
  }

  protected override async route(exchange: Exchange): Promise<void> {
    const core = this.#core;
    const { profile } = core;
    const { entry, reply } = exchange;
    if (core.loading > 0) {
      core.loading -= 1;
      throw new Failure(503, "Loading model");
    }
    const path = this.#localise(entry.path);
    if (path !== null) this.#checkKey(exchange, path);
    switch (path === null ? "" : `${entry.method} ${path}`) {
      case "GET /health":
        if (profile.health === "none") break;
        return profile.health === "json" ? reply.json(200, { status: "ok" }) : reply.empty(200);
      case "GET /models":
        return reply.json(200, listModels(profile, core.models, core.clock.now() / 1_000));
      case "POST /chat/completions":
        return this.#chat(exchange);
      default: {
        const own = this.#answerOwn(entry.method, entry.path, entry.body);
        if (own) return reply.json(200, own);
      }
    }
    return this.#refusePath(exchange);
  }

  /** The path within the API; null for one that is not there. */
  #localise(path: string): string | null {
    const { bare } = this.#core.profile;
    if (path === "/health") return path;
    const inner = path.startsWith("/v1/") ? path.slice(3) : bare ? path : null;
    return inner === "/models" || inner === "/chat/completions" ? inner : bare ? path : null;
  }

  #checkKey({ entry }: Exchange, path: string): void {
    const { apiKey, profile } = this.#core;
    if (apiKey === undefined || !profile.refusal || profile.open.includes(path)) return;
    if (entry.headers.authorization === `Bearer ${apiKey}`) return;
    throw new OwnBody(profile.refusal.status, profile.refusal.body);
  }

  /** What only one kind of server has. */
  #answerOwn(method: string, path: string, body: unknown): object | undefined {
    const { profile, models } = this.#core;
    const vision = models[0]?.vision ?? true;
    switch (`${profile.owner} ${method} ${path}`) {
      case "llamacpp GET /props":
        return { build_info: profile.version, modalities: { vision, audio: false } };
      case "vllm GET /version":
      case "library GET /api/version":
        return { version: profile.version };
      case "sglang GET /get_server_info":
        return { version: profile.version };
      case "library POST /api/show": {
        const name = isRecord(body) ? body.model : undefined;
        const sees = models.find(({ id }) => id === name)?.vision ?? true;
        return { capabilities: sees ? ["completion", "vision"] : ["completion"] };
      }
      case "organization_owner GET /api/v1/models":
        return {
          models: models.map(({ id, vision: sees = true }) => ({
            ...{ type: "llm", key: id, loaded_instances: [] },
            capabilities: { vision: sees, trained_for_tool_use: false },
          })),
        };
      default:
        return undefined;
    }
  }

  #refusePath({ entry, reply }: Exchange): Promise<void> {
    switch (this.#core.profile.unknownPath) {
      case "llama":
        throw new Failure(404, "File Not Found");
      case "detail":
        return reply.json(404, { detail: "Not Found" });
      case "text":
        return reply.text(404, "404 page not found");
      case "studio": {
        const error = `Unexpected endpoint or method. (${entry.method} ${entry.path})`;
        return reply.json(200, { error });
      }
    }
  }

  async #chat(exchange: Exchange): Promise<void> {
    const core = this.#core;
    const { profile, slots, journal } = core;
    const { entry, signal, closing } = exchange;
    const request = readChatRequest(exchange.bytes, entry, profile);
    exchange.streaming = request.stream;
    if (request.images.length > core.imageLimit) {
      throw tooManyImages(core.imageLimit, profile.version === "0.8.5");
    }
    const model = this.#findModel(request.model);
    if (slots.waiting >= profile.maxWaiting) {
      throw new Failure(503, "The engine is currently busy. Please try again later.");
    }
    // Where nothing is streamed nobody looks whether the client is still there.
    const life = profile.runsOn && !request.stream ? closing : signal;
    journal.enter(entry, "queued");
    const leave = await slots.enter(life);
    try {
      journal.enter(entry, "evaluating");
      await new Run(core, exchange, request, model, life).run();
    } finally {
      leave();
    }
  }

  #findModel(name: string): ServedModel {
    const { models, profile } = this.#core;
    const bare = name.replace(/:latest$/, "");
    const found = models.find(
      ({ id, aliases = [] }) => id.replace(/:latest$/, "") === bare || aliases.includes(name),
    );
    const [only] = models;
    const { unknownModel } = profile;
    if (found ?? (unknownModel === "ignored" && only)) return (found ?? only) as ServedModel;
    const { status, text } = unknownModel === "ignored" ? NO_MODEL : unknownModel;
    const ids = models.map(({ id }) => id).join(", ");
    throw new Failure(status, text.replace("{model}", name).replace("{ids}", ids));
  }

  protected override async report(
    { entry, reply, streaming }: Exchange,
    error: unknown,
  ): Promise<void> {
    if (error instanceof OwnBody) {
      return reply.body(
        error.status,
        "application/json",
        JSON.stringify(error.body),
        error.headers,
      );
    }
    if (!(error instanceof Failure)) entry.faults.push(`handler: ${String(error)}`);
    const failure = error instanceof Failure ? error : new Failure(500, String(error));
    const body = wordFailure(this.#core.profile.errors, failure, streaming && reply.started);
    if (reply.started) {
      await reply.event(body);
      return reply.end();
    }
    await (body === undefined ? reply.empty(failure.status) : reply.json(failure.status, body));
  }

  protected override refusal(kind: "unauthorized" | "busy"): Error {
    const { refusal } = this.#core.profile;
    return kind === "busy"
      ? new OwnBody(429, { error: { message: "Rate limit reached" } }, { "Retry-After": "1" })
      : new OwnBody(refusal?.status ?? 401, refusal?.body ?? { error: "Unauthorized" });
  }

  protected override reset(): void {
    this.#core.slots = new Slots(this.#slots);
    this.#core.cached = "";
  }
}

const NO_MODEL = { status: 404, text: "model '{model}' not found" };

/** Starts a double; `close` it when done. */
export async function startOpenAiDouble(options: OpenAiDoubleOptions = {}): Promise<OpenAiDouble> {
  const double = new OpenAiDouble(options);
  await double.start();
  return double;
}
