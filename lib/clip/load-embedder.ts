import { availableParallelism } from "node:os";
import path from "node:path";

import { TlacError, throwIfClosed } from "../errors";
import { downloadModel, listMissingFiles, presetFolder } from "./download";
import type { Dtype, EmbedderInfo } from "./embedder";
import { FAMILIES } from "./family";
import type { ProgressListener } from "./load-progress";
import { checkDtype, inspectModelFolder } from "./model-folder";
import { verifyFiles } from "./manifest";
import type { Provider } from "./provider";
import { findPreset, findStarterFolder, towerFile, type Preset } from "./presets";
import { TextCache } from "./text-cache";
import { WorkerEmbedder } from "./worker-embedder";
import { sharedHost } from "./worker-host";

/** More threads gain little on one small model, and a plant's box has other work. */
const MOST_THREADS = 4;

export interface EmbedderOptions {
  /** `starter`, the name of a preset or of its repository, or a folder. */
  readonly model: string;
  /** Of both towers; absent: for each the preferred of those that are there. */
  readonly dtype?: Dtype;
  /** Bounded by the machine's cores, beyond which inference gets slower. */
  readonly threads?: number;
  /** What it computes on, the CPU where that fails. Absent: the CPU. */
  readonly provider?: Provider;
  /** Refuses to download. */
  readonly offline?: boolean;
  /** Holds downloads and the cache of text vectors: `<userDir>/tlac`. */
  readonly cacheDir: string;
}

/** Brings a model into memory: download where needed, checks, thread, text cache. */
export async function loadEmbedder(
  options: EmbedderOptions,
  onProgress: ProgressListener,
  signal: AbortSignal,
): Promise<WorkerEmbedder> {
  const { dtype, cacheDir } = options;
  checkDtype(dtype);
  const preset = findPreset(options.model);
  const folder = await provideFolder(options, preset, onProgress, signal);
  onProgress({ phase: "load" });
  const model = await inspectModelFolder(folder, {
    ...(dtype ? { dtype } : {}),
    ...(preset ? { preferred: preset.dtypes } : {}),
    signal,
  }).catch((thrown: unknown) => {
    throwIfClosed(signal);
    throw thrown;
  });
  throwIfClosed(signal);
  if (preset && preset.repo !== null) {
    const { text, vision } = model.dtypes;
    const towers = [towerFile("text", text), ...(vision ? [towerFile("vision", vision)] : [])];
    await verifyFiles(preset, folder, [...preset.files, ...towers], signal);
  }
  const { family, maxTokens, batchMatters, dtypes, digest, pixelSpec, labels } = model;
  const host = sharedHost();
  const threads = boundThreads(options.threads);
  const { provider = "cpu" } = options;
  const { session, dims, refusal } = await host.open({
    folder,
    family,
    maxTokens,
    batchMatters,
    dtypes,
    threads,
    provider,
    pixelSpec,
  });
  const { sharpness, sameName } = preset ?? FAMILIES[family];
  const info: EmbedderInfo = {
    name: preset?.name ?? path.basename(folder),
    digest,
    family,
    dtype: { text: dtypes.text, vision: dtypes.vision ?? dtypes.text },
    dims,
    maxTokens,
    languages: preset?.languages ?? model.languages,
    hasVision: dtypes.vision !== null,
    labels,
    sharpness,
    sameName,
    refused: refusal === null ? null : { provider, reason: refusal },
  };
  // Each provider rounds in its own way.
  const own = provider === "cpu" || refusal !== null ? "" : `-${provider}`;
  const cacheFile = path.join(cacheDir, "texts", `${digest}-${dtypes.text}${own}.vectors`);
  const cache = await TextCache.open(cacheFile, dims);
  const embedder = new WorkerEmbedder(info, host, session, pixelSpec, cache);
  if (signal.aborted) {
    await embedder.dispose();
    throwIfClosed(signal);
  }
  onProgress({ phase: "ready" });
  return embedder;
}

async function provideFolder(
  { model, dtype, offline = false, cacheDir }: EmbedderOptions,
  preset: Preset | undefined,
  onProgress: ProgressListener,
  signal: AbortSignal,
): Promise<string> {
  if (!preset) return path.resolve(model);
  if (preset.repo === null) return findStarterFolder();
  const wanted = { cacheDir, ...(dtype ? { dtype } : {}) };
  if (!offline) return downloadModel(preset, { ...wanted, signal, onProgress });
  const missing = await listMissingFiles(preset, wanted);
  const folder = presetFolder(preset, cacheDir);
  if (missing.length === 0) return folder;
  throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.offline", {
    model: preset.name,
    repo: preset.repo,
    revision: preset.revision,
    folder,
    files: missing.join(", "),
  });
}

function boundThreads(threads: number | undefined): number {
  const cores = availableParallelism();
  if (threads === undefined) return Math.min(cores, MOST_THREADS);
  if (Number.isInteger(threads) && threads >= 1) return Math.min(cores, threads);
  throw new TlacError("BAD_CONFIG", "clip.bad-threads", { threads });
}
