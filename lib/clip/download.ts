import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { EnvHttpProxyAgent, request, type Dispatcher } from "undici";

import { throwIfClosed, TlacError, toError } from "../errors";
import type { Dtype } from "./dtype";
import type { ProgressListener } from "./load-progress";
import { listPresetFiles, type Preset } from "./presets";

const HUB = "https://huggingface.co";

/** A server that is silent for so long will not speak again. */
const IDLE_MS = 30_000;

/** The hub sends large files on to a storage host, sometimes by way of a renamed repository. */
const MOST_REDIRECTS = 5;

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

/** What the server says of a file. */
interface RemoteFile {
  /** Entity tag without quotes: SHA-256 of a large file, git's SHA-1 of a small one. */
  readonly etag: string | null;
  /** Bytes of the whole file. */
  readonly size: number | null;
}

interface Opened extends RemoteFile {
  readonly statusCode: number;
  readonly headers: Dispatcher.ResponseData["headers"];
  readonly body: Dispatcher.ResponseData["body"];
}

/** Where the files of a preset are kept. */
export function presetFolder({ repo, name, revision }: Preset, cacheDir: string): string {
  return path.join(cacheDir, "models", `${(repo ?? name).replaceAll("/", "--")}@${revision}`);
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
 * not asked for again; a download that was cut off goes on where it stopped.
 * Throws `EMBEDDER_UNAVAILABLE` with what to do, `CLOSED` on `signal`.
 */
export async function downloadModel(preset: Preset, options: DownloadOptions): Promise<string> {
  const folder = presetFolder(preset, options.cacheDir);
  // Two users of one model must not write into the same partial file.
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
  const { signal, idleMs = IDLE_MS } = options;
  const base = (options.baseUrl ?? hubAddress()).replace(/\/+$/, "");
  // Honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
  const agent = new EnvHttpProxyAgent({
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    connect: { timeout: idleMs },
  });
  try {
    for (const file of files) {
      const url = `${base}/${preset.repo ?? preset.name}/resolve/${preset.revision}/${file}`;
      const download = new FileDownload(url, path.join(folder, file), file, agent, options);
      try {
        await download.run();
      } catch (thrown) {
        throwIfClosed(signal);
        if (thrown instanceof TlacError) throw thrown;
        throw new TlacError(
          "EMBEDDER_UNAVAILABLE",
          "clip.download-failed",
          { url, reason: describe(thrown) },
          { cause: thrown },
        );
      }
    }
  } finally {
    await agent.destroy();
  }
}

/** One file on its way: `<file>.part` grows, `<file>.part.etag` says of what. */
class FileDownload {
  private readonly part: string;
  private readonly tag: string;

  constructor(
    private readonly url: string,
    private readonly target: string,
    private readonly name: string,
    private readonly agent: Dispatcher,
    private readonly options: DownloadOptions,
  ) {
    this.part = `${target}.part`;
    this.tag = `${target}.part.etag`;
  }

  async run(): Promise<void> {
    await mkdir(path.dirname(this.target), { recursive: true });
    const etag = await readFile(this.tag, "utf8").catch(() => null);
    const offset = etag === null ? 0 : await sizeOf(this.part);
    let opened = await this.open(offset);
    let from = this.resumesAt(opened, etag, offset);
    if (from === null) {
      // Another version of the file, or a range that the server cannot serve: from the beginning.
      discard(opened.body);
      opened = await this.open(0);
      from = 0;
    }
    if (opened.statusCode !== 200 && opened.statusCode !== 206) {
      discard(opened.body);
      throw this.refused(opened.statusCode);
    }
    const { size } = opened;
    if (opened.etag !== null) await writeFile(this.tag, opened.etag);
    else await rm(this.tag, { force: true });
    await this.receive(opened.body, from, size);
    await this.verify(opened);
    await rename(this.part, this.target);
    await rm(this.tag, { force: true });
  }

  /** Follows redirects by hand, because the first answer, not the last, knows the file's hash. */
  private async open(offset: number): Promise<Opened> {
    let url = this.url;
    let etag: string | null = null;
    let size: number | null = null;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: this.agent,
        signal: this.options.signal ?? null,
        headers: {
          // A hash is of the bytes as they are, not of a compressed form of them.
          "accept-encoding": "identity",
          ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
        },
      });
      etag ??= readTag(headers["x-linked-etag"]);
      size ??= readSize(headers["x-linked-size"]);
      const { location } = headers;
      if (statusCode < 300 || statusCode >= 400 || typeof location !== "string") {
        etag ??= readTag(headers.etag);
        size ??= readWholeSize(statusCode, headers);
        return { statusCode, headers, body, etag, size };
      }
      discard(body);
      url = new URL(location, url).href;
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects`);
  }

  /** Where the bytes of this answer belong; null: ask again from the beginning. */
  private resumesAt(opened: Opened, etag: string | null, offset: number): number | null {
    if (offset === 0 || opened.statusCode === 200) return 0;
    if (opened.statusCode === 416) return null;
    if (opened.statusCode !== 206) return 0;
    const range = opened.headers["content-range"];
    const same = opened.etag === etag && typeof range === "string";
    return same && range.startsWith(`bytes ${offset}-`) ? offset : null;
  }

  private async receive(body: Readable, from: number, size: number | null): Promise<void> {
    const { signal, onProgress } = this.options;
    let loaded = from;
    let reported = -1;
    const report = (): void => {
      // A hundred steps a file are enough for any eye.
      const step = size ? Math.floor((100 * loaded) / size) : Math.floor(loaded / 1e6);
      if (step === reported) return;
      reported = step;
      onProgress?.({
        phase: "download",
        file: this.name,
        loadedBytes: loaded,
        ...(size === null ? {} : { totalBytes: size }),
      });
    };
    report();
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        loaded += chunk.length;
        report();
        done(null, chunk);
      },
    });
    const out = createWriteStream(this.part, from > 0 ? { flags: "a" } : { flags: "w" });
    await pipeline(body, meter, out, ...(signal ? [{ signal }] : []));
  }

  /** Wrong bytes are never kept: going on from them would end in wrong bytes again. */
  private async verify({ etag, size }: RemoteFile): Promise<void> {
    const received = await sizeOf(this.part);
    if (received === 0 || (size !== null && received < size)) {
      throw new Error(`${received} of ${size ?? "?"} bytes came`);
    }
    const hash = startHash(etag, received);
    if (size !== null && received > size) await this.reject();
    if (!hash) return;
    for await (const piece of createReadStream(this.part)) hash.update(piece as Buffer);
    if (hash.digest("hex") !== etag) await this.reject();
  }

  private async reject(): Promise<never> {
    await rm(this.part, { force: true });
    await rm(this.tag, { force: true });
    throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.download-damaged", { url: this.url });
  }

  private refused(status: number): TlacError {
    const key = status === 404 ? "clip.download-not-found" : "clip.download-refused";
    return new TlacError("EMBEDDER_UNAVAILABLE", key, { url: this.url, status });
  }
}

/** Leaves an answer unread; undici reports that as an error of the stream, which is no news. */
function discard(body: Readable): void {
  body.on("error", () => undefined);
  body.destroy();
}

function hubAddress(): string {
  const { HF_ENDPOINT: endpoint } = process.env;
  return endpoint === undefined || endpoint === "" ? HUB : endpoint;
}

/** The hash that an entity tag of the hub is; null for one that says nothing about the content. */
function startHash(etag: string | null, size: number): Hash | null {
  if (etag === null) return null;
  if (/^[0-9a-f]{64}$/.test(etag)) return createHash("sha256");
  // Git hashes a file together with its kind and size.
  if (/^[0-9a-f]{40}$/.test(etag)) return createHash("sha1").update(`blob ${size}\0`);
  return null;
}

function readTag(header: string | string[] | undefined): string | null {
  const tag = typeof header === "string" ? header.replace(/^W\//, "").replaceAll('"', "") : "";
  return tag === "" ? null : tag;
}

function readSize(header: string | string[] | undefined): number | null {
  const size = typeof header === "string" ? Number(header) : NaN;
  return Number.isSafeInteger(size) && size >= 0 ? size : null;
}

function readWholeSize(status: number, headers: Opened["headers"]): number | null {
  if (status === 200) return readSize(headers["content-length"]);
  const range = headers["content-range"];
  return typeof range === "string" ? readSize(range.split("/")[1]) : null;
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** undici hides what happened behind "fetch failed" or an aggregate of attempts. */
function describe(thrown: unknown): string {
  const error = toError(thrown);
  const { code } = error as NodeJS.ErrnoException;
  return error.message === "" ? (code ?? error.name) : error.message;
}
