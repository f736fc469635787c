import type { Clock } from "./clock";
import { queueFull, runnerStopped } from "./errors";
import { orAborted } from "./gates";
import type { Model } from "./models";
import type { Profile } from "./profiles";
import type { RunnerOptions } from "./runner-options";
import { Slots } from "./slots";

export interface SchedulerSettings {
  /** Requests that one loaded model answers at a time. */
  readonly numParallel: number;
  /** Requests that may wait for a load; those for a loaded model wait without bound. */
  readonly maxQueue: number;
  readonly maxLoadedModels: number;
  /** Milliseconds. */
  readonly defaultKeepAlive: number;
}

/** A loaded model. */
export class Runner {
  /** Requests that use it, queued ones too. */
  users = 0;
  dead = false;
  expiresAt = 0;
  keepAlive: number;
  cancelExpiry: (() => void) | undefined;
  readonly whenIdle = new Set<() => void>();
  readonly #slots: Slots;

  constructor(
    readonly model: Model,
    readonly options: RunnerOptions,
    slots: number,
    keepAlive: number,
  ) {
    this.#slots = new Slots(slots);
    this.keepAlive = keepAlive;
  }

  suits(model: Model, options: RunnerOptions): boolean {
    return !this.dead && this.model.digest === model.digest && this.options.key === options.key;
  }

  /** First come, first served; the returned function leaves the slot. */
  enterSlot(signal: AbortSignal): Promise<() => void> {
    return this.#slots.enter(signal);
  }

  /** Whoever waits for a slot of a dead runner fails with it. */
  die(error: Error): void {
    this.dead = true;
    this.#slots.fail(error);
  }
}

/** A request's hold on a runner; it ends with `release`. */
export interface Lease {
  readonly runner: Runner;
  readonly release: () => void;
}

/** What a request wants. */
export interface Wish {
  readonly model: Model;
  readonly options: RunnerOptions;
  /** Milliseconds; undefined leaves the runner's own. */
  readonly keepAlive: number | undefined;
  readonly signal: AbortSignal;
  /** Told when it has to wait for other loads. */
  readonly onWait: () => void;
  /** Does the load itself: gates, delays and faults. A throw fails the request. */
  readonly load: () => Promise<void>;
}

interface Pending {
  readonly wish: Wish;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: unknown) => void;
}

/** Loads one model at a time, keeps several, drops them when their time is up. */
export class Scheduler {
  readonly #runners = new Map<string, Runner>();
  readonly #pending: Pending[] = [];
  #pumping = false;

  constructor(
    private readonly settings: SchedulerSettings,
    private readonly clock: Clock,
    private readonly profile: () => Profile,
  ) {}

  /** Loaded models, latest expiry first. */
  list(): readonly Runner[] {
    return [...this.#runners.values()].sort((a, b) => b.expiresAt - a.expiresAt);
  }

  /** A runner for the wish. Throws the 503, a failed load, or the signal's reason. */
  acquire(wish: Wish): Promise<Lease> {
    const runner = this.#runners.get(wish.model.name);
    if (runner?.suits(wish.model, wish.options)) return Promise.resolve(this.#use(runner, wish));
    // One that is being loaded has left the queue: the bound is on those behind it.
    if (this.#pumping && this.#pending.length >= this.settings.maxQueue) {
      return Promise.reject(queueFull());
    }
    const lease = new Promise<Lease>((resolve, reject) => {
      this.#pending.push({ wish, resolve, reject });
    });
    wish.onWait();
    void this.#pump();
    return orAborted(lease, wish.signal);
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#pending.shift(); next; next = this.#pending.shift()) {
      const { wish, resolve, reject } = next;
      if (wish.signal.aborted) continue;
      try {
        resolve(this.#use(await this.#provide(wish), wish));
      } catch (error) {
        reject(error);
      }
    }
    this.#pumping = false;
  }

  async #provide(wish: Wish): Promise<Runner> {
    const { model, options, signal } = wish;
    const present = this.#runners.get(model.name);
    if (present?.suits(model, options)) return present;
    if (present) await this.#evict(present, signal);
    while (this.#runners.size >= this.settings.maxLoadedModels) {
      const all = [...this.#runners.values()];
      const victim = all.find(({ users }) => users === 0) ?? all[0];
      if (!victim) break;
      await this.#evict(victim, signal);
    }
    await wish.load();
    signal.throwIfAborted();
    const { numParallel, defaultKeepAlive } = this.settings;
    const runner = new Runner(model, options, numParallel, defaultKeepAlive);
    this.#runners.set(model.name, runner);
    return runner;
  }

  /** Unloads a runner once nobody uses it. */
  async #evict(runner: Runner, signal: AbortSignal): Promise<void> {
    if (runner.users > 0) {
      await orAborted(
        new Promise<void>((resolve) => {
          runner.whenIdle.add(resolve);
        }),
        signal,
      );
    }
    this.#unload(runner);
  }

  #use(runner: Runner, { keepAlive }: Wish): Lease {
    runner.users++;
    runner.cancelExpiry?.();
    runner.keepAlive = keepAlive ?? runner.keepAlive;
    runner.expiresAt = this.clock.now() + runner.keepAlive;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      runner.users--;
      if (runner.users === 0) this.#rest(runner);
    };
    return { runner, release };
  }

  /** Nobody uses it: its time begins to run. */
  #rest(runner: Runner): void {
    for (const tell of runner.whenIdle) tell();
    runner.whenIdle.clear();
    if (runner.keepAlive === 0) {
      this.#unload(runner);
      return;
    }
    runner.expiresAt = this.clock.now() + runner.keepAlive;
    if (Number.isFinite(runner.keepAlive) && this.#runners.get(runner.model.name) === runner) {
      runner.cancelExpiry = this.clock.after(runner.keepAlive, () => {
        this.#unload(runner);
      });
    }
  }

  #unload(runner: Runner): void {
    runner.cancelExpiry?.();
    if (this.#runners.get(runner.model.name) === runner) this.#runners.delete(runner.model.name);
  }

  /** Unloads a model now if nobody uses it, else after its last user. */
  expire(name: string): void {
    const runner = this.#runners.get(name);
    if (!runner) return;
    runner.keepAlive = 0;
    if (runner.users === 0) this.#unload(runner);
  }

  /** The runner's process is gone: the next request loads the model again. */
  crash(runner: Runner): void {
    this.#unload(runner);
    runner.die(runnerStopped(this.profile()));
  }

  /** As a restart of the server does. */
  unloadAll(): void {
    for (const runner of [...this.#runners.values()]) this.crash(runner);
  }
}
