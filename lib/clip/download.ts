import path from "node:path";

import type { EnvHttpProxyAgent } from "undici";

import type { Dtype } from "./dtype";
import { TlacError } from "../errors";
import { downloadFile } from "./file-download";
import { readHubAddress } from "./hub-address";
import type { ProgressListener } from "./load-progress";
import { expectedDigest, extendManifest, readManifest } from "./manifest";
import { sizeOf } from "./partial-file";
import { isCommit, listPresetFiles, type Preset } from "./presets";

/** A server that is silent for so long will not speak again. */
const IDLE_MS = 30_000;

export interface DownloadOptions {
  readonly cacheDir: string;
  /** Of both towers; absent: the preset's. */
  readonly dtype?: Dtype;
  /** Default: `HF_ENDPOINT`, as the hub's own tools have it, else the hub. */
  readonly baseUrl?: string;
  readonly idleMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** Where the files of a preset are kept. The name is no promise about the version: see the manifest. */
export function presetFolder({ repo, name }: Preset, cacheDir: string): string {
  return path.join(cacheDir, "models", `${(repo ?? name).replaceAll("/", "--")}@main`);
}

/** The files of a preset that still have to be downloaded; a file has its name once it is whole. */
export async function listMissingFiles(
  preset: Preset,
  { cacheDir, dtype }: Pick<DownloadOptions, "cacheDir" | "dtype">,
): Promise<string[]> {
  const folder = presetFolder(preset, cacheDir);
  const missing: string[] = [];
  for (const file of listPresetFiles(preset, dtype)) {
    if ((await sizeOf(path.join(folder, file))) === 0) missing.push(file);
  }
  return missing;
}

const running = new Map<string, Promise<unknown>>();

/**
 * Brings a preset's files into the cache folder and returns that folder. What is there already is
 * not asked for again; a download that was cut off goes on where it stopped. All files are of one
 * commit: the preset's, else the one that the hub names with the first file. Their digests are
 * checked where they are known, and noted in the folder's manifest.
 * Throws `EMBEDDER_UNAVAILABLE` with what to do, `CLOSED` on `signal`.
 */
export async function downloadModel(preset: Preset, options: DownloadOptions): Promise<string> {
  const folder = presetFolder(preset, options.cacheDir);
  // Two users in this process need one download; other processes are met file by file.
  const before = running.get(folder) ?? Promise.resolve();
  const mine = before
    .catch(() => undefined)
    .then(async () => {
      const missing = await listMissingFiles(preset, options);
      if (missing.length > 0) await downloadFiles(preset, folder, missing, options);
    });
  running.set(folder, mine);
  try {
    await mine;
  } finally {
    if (running.get(folder) === mine) running.delete(folder);
  }
  return folder;
}

async function downloadFiles(
  preset: Preset,
  folder: string,
  files: readonly string[],
  options: DownloadOptions,
): Promise<void> {
  const { signal, onProgress, idleMs = IDLE_MS } = options;
  const hub = readHubAddress(options.baseUrl);
  const repo = preset.repo ?? preset.name;
  const agent = await createAgent(idleMs);
  try {
    for (const [index, file] of files.entries()) {
      const manifest = await readManifest(folder);
      const revision = isCommit(preset.revision)
        ? preset.revision
        : (manifest.commit ?? preset.revision);
      const missing = files.slice(index).join(", ");
      const came = await downloadFile({
        url: `${hub.url}/${repo}/resolve/${revision}/${file}`,
        name: file,
        target: path.join(folder, file),
        expected: expectedDigest(preset, manifest, file),
        agent,
        authorization: hub.authorization,
        idleMs,
        params: { repo, revision, folder, files: missing },
        signal,
        onProgress,
      });
      if (came) {
        await extendManifest(folder, { commit: came.commit, files: { [file]: came.digest } });
      }
    }
  } finally {
    await agent.destroy();
  }
}

/** Honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Throws `EMBEDDER_UNAVAILABLE`. */
async function createAgent(idleMs: number): Promise<EnvHttpProxyAgent> {
  const { EnvHttpProxyAgent } = await import("undici");
  const timeouts = { headersTimeout: idleMs, bodyTimeout: idleMs, connect: { timeout: idleMs } };
  try {
    return new EnvHttpProxyAgent(timeouts);
  } catch {
    // The reason holds the address, and that may hold a password.
    throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.bad-proxy");
  }
}
