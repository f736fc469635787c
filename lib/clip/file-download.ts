import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { Dispatcher } from "undici";

import { throwIfClosed, TlacError, toError } from "../errors";
import type { MessageKey, MessageParams } from "../i18n/catalogue";
import { certificateProblem, networkCode } from "../net/tls-problem";
import type { ProgressListener } from "./load-progress";
import { PartialFile } from "./partial-file";
import { isCommit } from "./presets";

/** The hub sends large files on to a storage host, sometimes by way of a renamed repository. */
const MOST_REDIRECTS = 5;

/** What the server says of a file. */
interface RemoteFile {
  /** Entity tag without quotes: SHA-256 of a large file, git's SHA-1 of a small one. */
  readonly etag: string | null;
  /** Bytes of the whole file. */
  readonly size: number | null;
  /** Of the repository, which the hub tells with each file. */
  readonly commit: string | null;
}

interface Opened extends RemoteFile {
  readonly statusCode: number;
  readonly headers: Dispatcher.ResponseData["headers"];
  readonly body: Dispatcher.ResponseData["body"];
}

/** A file that has come whole. */
export interface Downloaded {
  /** SHA-256, hex. */
  readonly digest: string;
  readonly commit: string | null;
}

export interface FileDownloadOptions {
  readonly url: string;
  /** Path in the repository, for whoever watches. */
  readonly name: string;
  /** Where it will lie. */
  readonly target: string;
  /** SHA-256 that it must have, hex; undefined: what the server says of it is all there is. */
  readonly expected: string | undefined;
  readonly agent: Dispatcher;
  /** For the server of `url` alone, not for those that it sends on to. */
  readonly authorization?: string | undefined;
  readonly idleMs: number;
  /** For the sentences: where the files come from and how to bring them by hand. */
  readonly params: MessageParams;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/**
 * Brings one file, checked, and goes on where an earlier attempt stopped. Null: another process
 * has brought it meanwhile. Throws `EMBEDDER_UNAVAILABLE`, `CLOSED`.
 */
export async function downloadFile(options: FileDownloadOptions): Promise<Downloaded | null> {
  const { target, idleMs, signal } = options;
  let part: PartialFile | null = null;
  try {
    part = await PartialFile.claim(target, 2 * idleMs, signal);
    return part && (await new FileDownload(options, part).run());
  } catch (thrown) {
    await part?.leave();
    throwIfClosed(signal);
    if (thrown instanceof TlacError) throw thrown;
    throw explain(thrown, options);
  }
}

class FileDownload {
  constructor(
    private readonly options: FileDownloadOptions,
    private readonly part: PartialFile,
  ) {}

  async run(): Promise<Downloaded> {
    const etag = await this.part.readTag();
    const offset = etag === null ? 0 : await this.part.size;
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
    if (isPage(opened.headers)) {
      discard(opened.body);
      const { url, params } = this.options;
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.download-page", { ...params, url });
    }
    await this.part.writeTag(opened.etag);
    await this.receive(opened.body, from, opened.size);
    const digest = await this.verify(opened);
    await this.part.finish();
    return { digest, commit: opened.commit };
  }

  /** Follows redirects by hand, because the first answer, not the last, knows the file's hash. */
  private async open(offset: number): Promise<Opened> {
    const { agent, authorization, signal } = this.options;
    const { request } = await import("undici");
    const { origin } = new URL(this.options.url);
    let { url } = this.options;
    let etag: string | null = null;
    let size: number | null = null;
    let commit: string | null = null;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: agent,
        signal: signal ?? null,
        headers: {
          // A hash is of the bytes as they are, not of a compressed form of them.
          "accept-encoding": "identity",
          ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
          ...(authorization && new URL(url).origin === origin ? { authorization } : {}),
        },
      }).catch((thrown: unknown) => {
        throw new Unreached(thrown);
      });
      etag ??= readTag(headers["x-linked-etag"]);
      size ??= readSize(headers["x-linked-size"]);
      commit ??= readCommit(headers["x-repo-commit"]);
      const { location } = headers;
      if (statusCode < 300 || statusCode >= 400 || typeof location !== "string") {
        etag ??= readTag(headers.etag);
        size ??= readWholeSize(statusCode, headers);
        return { statusCode, headers, body, etag, size, commit };
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
    const { signal, onProgress, name } = this.options;
    let loaded = from;
    let reported = -1;
    const report = (): void => {
      // A hundred steps a file are enough for any eye.
      const step = size ? Math.floor((100 * loaded) / size) : Math.floor(loaded / 1e6);
      if (step === reported) return;
      reported = step;
      onProgress?.({
        phase: "download",
        file: name,
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
    const out = createWriteStream(this.part.path, from > 0 ? { flags: "a" } : { flags: "w" });
    await pipeline(body, meter, out, ...(signal ? [{ signal }] : []));
  }

  /** Wrong bytes are never kept: going on from them would end in wrong bytes again. */
  private async verify({ etag, size }: RemoteFile): Promise<string> {
    const received = await this.part.size;
    if (received === 0 || (size !== null && received < size)) {
      throw new Error(`${received} of ${size ?? "?"} bytes came`);
    }
    const tagged = startHash(etag, received);
    const content = createHash("sha256");
    for await (const piece of createReadStream(this.part.path)) {
      content.update(piece as Buffer);
      tagged?.update(piece as Buffer);
    }
    const damaged = (size !== null && received > size) || (tagged && tagged.digest("hex") !== etag);
    if (damaged) return this.reject("clip.download-damaged", {});
    const digest = content.digest("hex");
    const { expected = digest } = this.options;
    if (digest === expected) return digest;
    return this.reject("clip.download-unexpected", { expected, actual: digest });
  }

  private async reject(
    key: "clip.download-damaged" | "clip.download-unexpected",
    params: MessageParams,
  ): Promise<never> {
    await this.part.drop();
    const { url } = this.options;
    throw new TlacError("EMBEDDER_UNAVAILABLE", key, { ...this.options.params, url, ...params });
  }

  private refused(status: number): TlacError {
    const key = status === 404 ? "clip.download-not-found" : "clip.download-refused";
    const { url, params } = this.options;
    return new TlacError("EMBEDDER_UNAVAILABLE", key, { ...params, url, status });
  }
}

/** A page to sign in at, or what a proxy says: no file of a model is one. */
function isPage(headers: Opened["headers"]): boolean {
  const type = headers["content-type"];
  return typeof type === "string" && /^\s*(text\/html|application\/xhtml)/i.test(type);
}

/** No answer came at all: nothing was cut off. */
class Unreached extends Error {
  override readonly name = "Unreached";

  constructor(cause: unknown) {
    super(describe(cause), { cause });
  }
}

function explain(thrown: unknown, { url, params }: FileDownloadOptions): TlacError {
  const cause = thrown instanceof Unreached ? thrown.cause : thrown;
  const all = { ...params, url, host: new URL(url).host, reason: describe(cause) };
  return new TlacError("EMBEDDER_UNAVAILABLE", chooseSentence(thrown), all, { cause });
}

function chooseSentence(thrown: unknown): MessageKey {
  if (!(thrown instanceof Unreached)) return "clip.download-failed";
  // Most often that of a proxy which reads along.
  const untrusted = certificateProblem(networkCode(thrown)) === "untrusted";
  return untrusted ? "clip.hub-untrusted" : "clip.hub-unreachable";
}

/** Leaves an answer unread; undici reports that as an error of the stream, which is no news. */
function discard(body: Readable): void {
  body.on("error", () => undefined);
  body.destroy();
}

/** The hash that an entity tag of the hub is; null for one that says nothing about the content. */
function startHash(etag: string | null, size: number): Hash | null {
  if (etag === null) return null;
  if (/^[0-9a-f]{64}$/.test(etag)) return createHash("sha256");
  // Git hashes a file together with its kind and size.
  if (/^[0-9a-f]{40}$/.test(etag)) return createHash("sha1").update(`blob ${size}\0`);
  return null;
}

type Header = string | string[] | undefined;

function readTag(header: Header): string | null {
  const tag = typeof header === "string" ? header.replace(/^W\//, "").replaceAll('"', "") : "";
  return tag === "" ? null : tag;
}

function readCommit(header: Header): string | null {
  return isCommit(header) ? header : null;
}

function readSize(header: Header): number | null {
  const size = typeof header === "string" ? Number(header) : NaN;
  return Number.isSafeInteger(size) && size >= 0 ? size : null;
}

function readWholeSize(status: number, headers: Opened["headers"]): number | null {
  if (status === 200) return readSize(headers["content-length"]);
  const range = headers["content-range"];
  return typeof range === "string" ? readSize(range.split("/")[1]) : null;
}

/** undici hides what happened behind "fetch failed" or an aggregate of attempts. */
function describe(thrown: unknown): string {
  const error = toError(thrown);
  const { code } = error as NodeJS.ErrnoException;
  return error.message === "" ? (code ?? error.name) : error.message;
}
