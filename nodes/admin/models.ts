import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

import type { NodeAPI } from "node-red";

import { downloadModel, listMissingFiles, presetFolder } from "../../lib/clip/download";
import { DTYPES, type Dtype } from "../../lib/clip/dtype";
import type { LoadProgress } from "../../lib/clip/load-progress";
import { inspectModelFolder, type ModelFolder } from "../../lib/clip/model-folder";
import { findStarterFolder, PRESETS, type Preset } from "../../lib/clip/presets";
import { providersOf, type Provider } from "../../lib/clip/provider";
import { isEmbedderHeld } from "../../lib/clip/shared-embedders";
import { cacheFolder } from "../runtime/models/cache-folder";
import { readChoice } from "../runtime/settings/read-settings";
import { Jobs, serveJobs } from "./jobs";
import { readField, Refusal, reply } from "./reply";

const ROOT = "/tlac/clip-model";

/** What the dialog shows of a preset. */
export interface PresetState extends Pick<
  Preset,
  "name" | "repo" | "revision" | "licence" | "sizeMB" | "languages"
> {
  readonly folder: string;
  /** On this disk, halves of files included. */
  readonly bytes: number;
  readonly missing: readonly string[];
}

/** What a folder of one's own holds. */
export interface FolderAnswer extends Pick<ModelFolder, "family" | "languages"> {
  readonly folder: string;
  /** Weight format of each tower; vision null: no images. */
  readonly text: Dtype;
  readonly vision: Dtype | null;
  /** Names that the model can propose by itself. */
  readonly labels: number;
  readonly bytes: number;
}

/** How far a download is. */
export interface DownloadProgress {
  readonly file: string;
  /** Whole per cent of all files. */
  readonly percent: number;
  /** Of all files of this download. */
  readonly loadedBytes: number;
}

/** The endpoints behind the dialog of `clip-model`. */
export function serveModels(RED: NodeAPI): void {
  const jobs = new Jobs();
  const read = RED.auth.needsPermission("clip-model.read");
  const write = RED.auth.needsPermission("clip-model.write");
  const cacheDir = (): string => cacheFolder(RED);

  RED.httpAdmin.get(
    `${ROOT}/presets`,
    read,
    reply(async ({ query }) => {
      const dtype = readDtype(query);
      return {
        presets: await Promise.all(PRESETS.map((preset) => readState(preset, cacheDir(), dtype))),
      };
    }),
  );

  RED.httpAdmin.get(
    `${ROOT}/providers`,
    read,
    reply((): { providers: readonly Provider[] } => ({
      providers: providersOf(process.platform, process.arch),
    })),
  );

  RED.httpAdmin.post(
    `${ROOT}/download`,
    write,
    reply(({ body }) => {
      const preset = readPreset(readField(body, "preset"));
      const dtype = readDtype(body);
      const job = jobs.start(jobKey(preset, dtype), async (signal, report) => {
        const options = { cacheDir: cacheDir(), ...(dtype ? { dtype } : {}) };
        const meter = new DownloadMeter(preset, dtype, await listMissingFiles(preset, options));
        await downloadModel(preset, {
          ...options,
          signal,
          onProgress: (progress) => {
            report(meter.read(progress));
          },
        });
      });
      return { job };
    }),
  );

  RED.httpAdmin.post(
    `${ROOT}/check`,
    write,
    reply(async ({ body }): Promise<FolderAnswer> => {
      const folder = path.resolve(readField(body, "folder"));
      const dtype = readDtype(body);
      const model = await inspectModelFolder(folder, dtype ? { dtype } : {});
      const { family, languages, dtypes, labels } = model;
      return {
        folder,
        family,
        languages,
        text: dtypes.text,
        vision: dtypes.vision,
        labels: labels?.length ?? 0,
        bytes: await sizeOfFolder(folder),
      };
    }),
  );

  RED.httpAdmin.post(
    `${ROOT}/remove`,
    write,
    reply(async ({ body }) => {
      const preset = readPreset(readField(body, "preset"));
      const downloads = [undefined, ...DTYPES].map((dtype) => jobKey(preset, dtype));
      const held = await isEmbedderHeld(preset.name, cacheDir());
      if (held || downloads.some((key) => jobs.isRunning(key))) throw new Refusal("IN_USE");
      await rm(presetFolder(preset, cacheDir()), { recursive: true, force: true });
      return readState(preset, cacheDir(), undefined);
    }),
  );

  serveJobs(RED, "clip-model", jobs);
}

/** The same preset in another number format is another download. */
function jobKey({ name }: Preset, dtype: Dtype | undefined): string {
  return `${name} ${dtype ?? ""}`;
}

/** Sums up a download file by file: the server tells the size of each only when it comes. */
class DownloadMeter {
  private readonly expected: number | undefined;
  private finished = 0;
  private current = { file: "", loaded: 0 };

  constructor(
    preset: Preset,
    dtype: Dtype | undefined,
    private readonly files: readonly string[],
  ) {
    const all = files.length > 0 && !dtype && files.length === preset.files.length + 2;
    // The preset's size is that of all its files in its own formats.
    this.expected = all ? preset.sizeMB * 1e6 : undefined;
  }

  read({ file = "", loadedBytes = 0, totalBytes }: LoadProgress): DownloadProgress {
    if (file !== this.current.file) {
      this.finished += this.current.loaded;
      this.current = { file, loaded: 0 };
    }
    this.current.loaded = loadedBytes;
    const loaded = this.finished + loadedBytes;
    const part = totalBytes ? loadedBytes / totalBytes : 0;
    const share = this.expected
      ? loaded / this.expected
      : (this.files.indexOf(file) + part) / Math.max(1, this.files.length);
    const percent = Math.floor(100 * Math.min(1, Math.max(0, share)));
    return { file, percent, loadedBytes: loaded };
  }
}

async function readState(
  preset: Preset,
  cacheDir: string,
  dtype: Dtype | undefined,
): Promise<PresetState> {
  const { name, repo, revision, licence, sizeMB, languages } = preset;
  const shipped = repo === null;
  const folder = shipped ? findStarterFolder() : presetFolder(preset, cacheDir);
  return {
    name,
    repo,
    revision,
    licence,
    sizeMB,
    languages,
    folder,
    bytes: await sizeOfFolder(folder),
    missing: shipped
      ? []
      : await listMissingFiles(preset, { cacheDir, ...(dtype ? { dtype } : {}) }),
  };
}

/** Bytes of all files in a folder; 0 where there is none. */
async function sizeOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map((entry) => {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) return sizeOfFolder(place);
      return stat(place).then(
        ({ size }) => size,
        () => 0,
      );
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Of those that can be downloaded. Throws `BAD_CONFIG`. */
function readPreset(name: string): Preset {
  const offered = PRESETS.filter(({ repo }) => repo !== null);
  const names = offered.map((preset) => preset.name);
  const known = readChoice(name || "–", names, "preset", "BAD_CONFIG");
  return offered.find((preset) => preset.name === known) as Preset;
}

function readDtype(fields: Readonly<Record<string, unknown>>): Dtype | undefined {
  return readChoice(fields.dtype, DTYPES, "dtype", "BAD_CONFIG");
}
