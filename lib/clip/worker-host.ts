import path from "node:path";
import type { Worker } from "node:worker_threads";

import { spawnThread } from "../basics/spawn-thread";
import { throwIfClosed, TlacError, toError } from "../errors";
import type { Kind, Opened, Protocol, Reply, Request, SessionSpec } from "./inference-messages";

/** A worker that falls twice within this time will fall again. */
const CRASH_WINDOW_MS = 10 * 60_000;

/** Sessions are counted from 1 on. */
const NO_SESSION = 0;

interface Pending {
  readonly request: Request;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/**
 * Owns the inference thread: starts it with the first model, ends it after the last, and brings it
 * back once with all its models and unanswered questions when it crashes. After a second crash it
 * is `lost` for good, and a new host has to be made.
 */
export class WorkerHost {
  private worker: Worker | null = null;
  private readonly pending = new Map<number, Pending>();
  private readonly sessions = new Map<number, SessionSpec>();
  private lastNumber = NO_SESSION;
  /** Those who are about to open a model. */
  private holders = 0;
  private lastCrash = -Infinity;
  private loss: TlacError | null = null;

  constructor(private readonly spawn: () => Worker = spawnWorker) {}

  get lost(): boolean {
    return this.loss !== null;
  }

  /**
   * Starts the thread ahead of its next model, so that both sides get ready at once. Returns how to
   * let go of it, which never rejects.
   */
  prepare(): () => Promise<void> {
    this.holders += 1;
    // Asked, so that nobody ends it before it answers: a thread that is ended while it loads native
    // code takes the process with it.
    if (!this.worker) void this.ask("ready", NO_SESSION, {}).catch(() => undefined);
    let held = true;
    return async () => {
      if (!held) return;
      held = false;
      this.holders -= 1;
      await this.endIfIdle();
    };
  }

  /** Loads a model; resolves to its session's number and how it was opened. */
  async open(spec: SessionSpec): Promise<Opened & { readonly session: number }> {
    const session = ++this.lastNumber;
    this.sessions.set(session, spec);
    try {
      return { session, ...(await this.ask("open", session, { spec })) };
    } catch (thrown) {
      this.sessions.delete(session);
      await this.endIfIdle();
      throw thrown;
    }
  }

  /** Frees a model's memory, and the thread with the last model. Never rejects. */
  async close(session: number): Promise<void> {
    if (!this.sessions.delete(session)) return;
    await this.ask("close", session, {}).catch(() => null);
    await this.endIfIdle();
  }

  /**
   * Asks one question. Rejects with the worker's `TlacError`, or `CLOSED` on `signal`; an answer
   * that nobody waits for any more is dropped.
   */
  async ask<K extends Kind>(
    kind: K,
    session: number,
    question: Protocol[K]["question"],
    signal?: AbortSignal,
  ): Promise<Protocol[K]["answer"]> {
    throwIfClosed(signal);
    if (this.loss) throw this.loss;
    const id = ++this.lastNumber;
    const request = { id, session, kind, question } as Request;
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<Protocol[K]["answer"]>((resolve, reject) => {
        onAbort = () => {
          reject(new TlacError("CLOSED", "tlac.closed"));
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        const settle = resolve as (answer: unknown) => void;
        this.pending.set(id, { request, resolve: settle, reject });
        this.post(request);
      });
    } finally {
      if (onAbort) signal?.removeEventListener("abort", onAbort);
      // An abandoned question stays in the list until its answer comes: the thread still works.
    }
  }

  private post(request: Request): void {
    this.worker ??= this.start();
    // Only while someone waits for an answer does the thread keep the process alive.
    this.worker.ref();
    // Nothing is moved: after a crash the same question is asked again.
    this.worker.postMessage(request);
  }

  private start(): Worker {
    const worker = this.spawn();
    let reason = "";
    worker.on("message", (reply: Reply) => {
      this.settle(reply);
    });
    worker.on("error", (thrown: unknown) => {
      reason = toError(thrown).message;
    });
    worker.on("exit", (code) => {
      if (this.worker === worker) this.recover(reason || `exit code ${code}`);
    });
    return worker;
  }

  private settle(reply: Reply): void {
    const pending = this.pending.get(reply.id);
    if (!pending) return;
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.worker?.unref();
    void this.endIfIdle();
    if ("failure" in reply) {
      const { code, key, params } = reply.failure;
      pending.reject(new TlacError(code, key, params));
    } else {
      pending.resolve(reply.answer);
    }
  }

  /** Ends the thread where it has no models: it keeps nothing but memory. Never rejects. */
  private async endIfIdle(): Promise<void> {
    if (this.sessions.size > 0 || this.pending.size > 0 || this.holders > 0) return;
    const { worker } = this;
    this.worker = null;
    await worker?.terminate();
  }

  private recover(reason: string): void {
    this.worker = null;
    const now = performance.now();
    const again = now - this.lastCrash < CRASH_WINDOW_MS;
    this.lastCrash = now;
    if (again) {
      this.giveUp(reason);
      return;
    }
    const unanswered = [...this.pending.values()].map(({ request }) => request);
    const opening = new Set(
      unanswered.filter(({ kind }) => kind === "open").map(({ session }) => session),
    );
    for (const [session, spec] of this.sessions) {
      if (!opening.has(session)) this.reopen(session, spec);
    }
    for (const request of unanswered) this.post(request);
  }

  private reopen(session: number, spec: SessionSpec): void {
    const request: Request = { id: ++this.lastNumber, session, kind: "open", question: { spec } };
    // Nobody waits: a model that cannot be opened again fails each later question by itself.
    const ignore = (): void => undefined;
    this.pending.set(request.id, { request, resolve: ignore, reject: ignore });
    this.post(request);
  }

  private giveUp(reason: string): void {
    this.loss = new TlacError("EMBEDDER_UNAVAILABLE", "clip.worker-lost", { reason });
    const waiting = [...this.pending.values()];
    this.pending.clear();
    this.sessions.clear();
    for (const pending of waiting) pending.reject(this.loss);
  }
}

let current: WorkerHost | undefined;

/** The host that all models of this process share. */
export function sharedHost(): WorkerHost {
  if (!current || current.lost) current = new WorkerHost();
  return current;
}

/** Starts the thread that owns the models. */
export function spawnWorker(): Worker {
  // onnxruntime carries Microsoft's telemetry, which writes a session and a log into the temporary
  // folder and knows an address to report to. A plant's machine reports to nobody. Set here,
  // because the native code reads the process's environment and a thread has only a copy of it.
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  return spawnThread(path.join(__dirname, "inference-worker"), { name: "tlac-inference" });
}
