import path from "node:path";

import type { Embedder } from "./embedder";
import { loadEmbedder, type EmbedderOptions } from "./load-embedder";
import type { LoadProgress, ProgressListener } from "./load-progress";
import { findPreset } from "./presets";
import type { WorkerEmbedder } from "./worker-embedder";

export type { EmbedderOptions } from "./load-embedder";
export type { LoadProgress } from "./load-progress";

/** A redeploy gives a model up and asks for it again within a second or two. */
const LINGER_MS = 5_000;

/** One user's hold on a shared model. */
export interface EmbedderLease {
  /** Rejects with `BAD_CONFIG`, `EMBEDDER_UNAVAILABLE` or `CLOSED`; a later lease tries again. */
  readonly value: Promise<Embedder>;
  /** The model's thread is gone for good: the next lease gets a fresh one. */
  readonly lost: boolean;
  /** Tells how loading goes, beginning with where it stands; returns how to stop listening. */
  onProgress(listener: ProgressListener): () => void;
  /** Gives the model up; the last one to do so frees it after a short while. */
  release(): Promise<void>;
}

class SharedEmbedder {
  readonly value: Promise<WorkerEmbedder>;
  private readonly listeners = new Set<ProgressListener>();
  private readonly closing = new AbortController();
  private progress: LoadProgress = { phase: "load" };
  private users = 0;
  private linger: NodeJS.Timeout | undefined;
  private embedder: WorkerEmbedder | undefined;

  constructor(
    options: EmbedderOptions,
    private readonly drop: (shared: SharedEmbedder) => void,
  ) {
    const report = (progress: LoadProgress): void => {
      this.progress = progress;
      for (const listener of this.listeners) listener(progress);
    };
    this.value = loadEmbedder(options, report, this.closing.signal);
    this.value.then(
      (embedder) => {
        this.embedder = embedder;
      },
      () => {
        this.drop(this);
      },
    );
  }

  /** Whether a new user should get a fresh one instead. */
  get lost(): boolean {
    return this.embedder?.lost ?? false;
  }

  /** Whether what is still to come may be a download. */
  get loaded(): boolean {
    return this.embedder !== undefined;
  }

  get idle(): boolean {
    return this.users === 0;
  }

  lease(): EmbedderLease {
    clearTimeout(this.linger);
    this.users += 1;
    let held = true;
    const isLost = (): boolean => this.lost;
    return {
      value: this.value,
      get lost() {
        return isLost();
      },
      onProgress: (listener) => {
        const own: ProgressListener = (progress) => {
          listener(progress);
        };
        this.listeners.add(own);
        own(this.progress);
        return () => {
          this.listeners.delete(own);
        };
      },
      release: async () => {
        if (!held) return;
        held = false;
        this.users -= 1;
        if (this.users > 0) return;
        // Nobody would notice a process that stays up just to free memory.
        this.linger = setTimeout(() => {
          void this.dispose();
        }, LINGER_MS).unref();
        await this.embedder?.flush();
      },
    };
  }

  async dispose(): Promise<void> {
    clearTimeout(this.linger);
    this.drop(this);
    this.closing.abort();
    await this.value.then(
      (embedder) => embedder.dispose(),
      () => undefined,
    );
  }
}

const embedders = new Map<string, SharedEmbedder>();

/** A hold on the model that `options` describe: loaded once, however many hold it. */
export function acquireEmbedder(options: EmbedderOptions): EmbedderLease {
  const key = describeSession(options);
  const offline = mayDownload(options) ? "" : " offline";
  const twin = embedders.get(offline ? key : `${key} offline`);
  let shared = embedders.get(key + offline);
  // Only while it loads does it matter whether it may download: whoever is offline waits for no
  // download, and whoever may download does not fail for lack of one.
  if (!shared && twin?.loaded) shared = twin;
  if (!shared || shared.lost) {
    shared = new SharedEmbedder(options, (dropped) => {
      if (embedders.get(key + offline) === dropped) embedders.delete(key + offline);
    });
    embedders.set(key + offline, shared);
  }
  return shared.lease();
}

/** Frees every model that nobody holds any more, without waiting for the linger time. */
export async function disposeIdleEmbedders(): Promise<void> {
  await Promise.all([...embedders.values()].filter(({ idle }) => idle).map((one) => one.dispose()));
}

/** Whether somebody holds or loads the model in any form; what only lingers is freed first. */
export async function isEmbedderHeld(model: string, cacheDir: string): Promise<boolean> {
  await disposeIdleEmbedders();
  const place = describePlace(model, cacheDir);
  return [...embedders.keys()].some((key) => key.startsWith(place));
}

/** Everything that changes the session or where its vectors are kept, the place first. */
function describeSession(options: EmbedderOptions): string {
  const { model, dtype = null, threads = null, provider = "cpu", cacheDir } = options;
  return describePlace(model, cacheDir) + JSON.stringify([dtype, threads, provider]);
}

function describePlace(model: string, cacheDir: string): string {
  return JSON.stringify([findPreset(model)?.name ?? path.resolve(model), path.resolve(cacheDir)]);
}

/** A folder and the bundled model have nothing to download. */
function mayDownload({ model, offline = false }: EmbedderOptions): boolean {
  return !offline && typeof findPreset(model)?.repo === "string";
}
