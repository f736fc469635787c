import { availableParallelism } from "node:os";
import path from "node:path";

import { TlacError, throwIfClosed } from "../errors";
import { downloadModel, listMissingFiles, presetFolder } from "./download";
import type { Dtype, EmbedderInfo } from "./embedder";
import { FAMILIES } from "./family";
import type { ProgressListener } from "./load-progress";
import { checkDtype, inspectModelFolder, readModelFacts, type ModelFolder } from "./model-folder";
import { verifyFiles } from "./manifest";
import type { Provider } from "./provider";
import { findPreset, findStarterFolder, towerFile, type Preset } from "./presets";
import { TextCache } from "./text-cache";
import { WorkerEmbedder } from "./worker-embedder";
import { sharedHost, type WorkerHost } from "./worker-host";

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
  checkDtype(options.dtype);
  const threads = boundThreads(options.threads);
  const preset = findPreset(options.model);
  const folder = await provideFolder(options, preset, onProgress, signal);
  onProgress({ phase: "load" });
  const host = sharedHost();
  const release = host.prepare();
  try {
    const embedder = await openFolder(folder, preset, { ...options, threads }, host, signal);
    onProgress({ phase: "ready" });
    return embedder;
  } catch (thrown) {
    throwIfClosed(signal);
    throw thrown;
  } finally {
    await release();
  }
}

async function openFolder(
  folder: string,
  preset: Preset | undefined,
  { dtype, threads, provider = "cpu", cacheDir }: EmbedderOptions & { readonly threads: number },
  host: WorkerHost,
  signal: AbortSignal,
): Promise<WorkerEmbedder> {
  const model = await inspectModelFolder(folder, {
    ...(dtype ? { dtype } : {}),
    ...(preset ? { preferred: preset.dtypes } : {}),
  });
  throwIfClosed(signal);
  if (preset && preset.repo !== null) {
    await verifyFiles(preset, folder, filesOf(model, preset), signal);
  }
  const { family, maxTokens, dtypes, pixelSpec, labels } = model;
  const spec = { folder, family, maxTokens, dtypes, threads, provider, pixelSpec };
  const opening = host.open(spec);
  try {
    // The thread loads the image tower while this one reads the files.
    const [{ session, refusal }, { digest, batchMatters }] = await Promise.all([
      opening,
      readModelFacts(model, signal),
    ]);
    // Each provider rounds in its own way.
    const own = provider === "cpu" || refusal !== null ? "" : `-${provider}`;
    const cacheFile = path.join(cacheDir, "texts", `${digest}-${dtypes.text}${own}.vectors`);
    const cache =
      (await TextCache.restore(cacheFile)) ?? (await tryTexts(host, session, cacheFile));
    const { sharpness, sameName } = preset ?? FAMILIES[family];
    const info: EmbedderInfo = {
      name: preset?.name ?? path.basename(folder),
      digest,
      family,
      dtype: { text: dtypes.text, vision: dtypes.vision ?? dtypes.text },
      dims: cache.dims,
      maxTokens,
      languages: preset?.languages ?? model.languages,
      hasVision: dtypes.vision !== null,
      labels,
      sharpness,
      sameName,
      refused: refusal === null ? null : { provider, reason: refusal },
    };
    throwIfClosed(signal);
    return new WorkerEmbedder(info, host, session, { pixelSpec, batchMatters }, cache);
  } catch (thrown) {
    await opening.then(
      ({ session }) => host.close(session),
      () => undefined,
    );
    throw thrown;
  }
}

/**
 * Loads the text tower and embeds a first text, which nothing but a run tells the length of. A
 * model that has a cache has shown before that it can: it loads its text tower when it needs it.
 */
async function tryTexts(host: WorkerHost, session: number, cacheFile: string): Promise<TextCache> {
  const texts = ["a photo"];
  const vector = await host.ask("texts", session, { texts, alone: true });
  const cache = await TextCache.open(cacheFile, vector.length);
  cache.add(texts, [vector]);
  return cache;
}

function filesOf({ dtypes: { text, vision } }: ModelFolder, { files }: Preset): string[] {
  return [...files, towerFile("text", text), ...(vision ? [towerFile("vision", vision)] : [])];
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
