import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, statfs, utimes } from "node:fs/promises";
import path from "node:path";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { TlacError } from "../../../lib/errors";
import { toFolderName } from "../../../lib/examples/class-folders";
import { Refusal } from "../reply";
import { MOST_PHOTOS } from "./server-photos";

export interface UploadLimits {
  readonly mostFiles: number;
  /** Of all photos of an upload together. */
  readonly mostBytes: number;
  /** Bytes of the disk that are left to everybody else. */
  readonly spareBytes: number;
  readonly mostUploads: number;
  /** Milliseconds without a question after which nobody is taken to need the photos any more. */
  readonly patienceMs: number;
  /** Milliseconds between two photos for which a dialog is taken to be sending. */
  readonly pauseMs: number;
}

const LIMITS: UploadLimits = {
  mostFiles: MOST_PHOTOS,
  mostBytes: 4 * 1024 ** 3,
  spareBytes: 1024 ** 3,
  mostUploads: 2,
  patienceMs: 3_600_000,
  pauseMs: 10_000,
};

/** Folders as deep as those of data sets; and a name that fits every file system's path. */
const MOST_PARTS = 8;
const MOST_NAME = 1_000;

const MEGABYTE = 1024 ** 2;

interface Upload {
  readonly folder: string;
  /** Bytes of each photo, by its name. */
  readonly files: Map<string, number>;
  /** Of all photos, and of those that are on their way as far as they have come. */
  bytes: number;
  /** Photos that are on their way. */
  coming: number;
  timer: NodeJS.Timeout | undefined;
  users: number;
  /** Milliseconds since the epoch when anybody asked for it last. */
  asked: number;
}

/**
 * Photos that dialogs send one by one, in temporary folders. A folder is removed when its dialog
 * says so, when nobody has asked for it for long, and when newer ones need its place.
 */
export class Uploads {
  private readonly uploads = new Map<string, Upload>();
  private readonly limits: UploadLimits;

  constructor(
    private readonly getRoot: () => string,
    limits: Partial<UploadLimits> = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
    // What a process that was ended has left may be taken for one in use until then.
    setTimeout(() => {
      void this.sweep().catch(() => undefined);
    }, this.staleMs).unref();
  }

  private get staleMs(): number {
    return 2 * this.limits.patienceMs;
  }

  /** Makes place for so many photos. Throws `BAD_MESSAGE` where there is none, a `Refusal`. */
  async begin(files: number, bytes: number): Promise<string> {
    const { mostFiles, mostBytes, spareBytes, mostUploads, pauseMs } = this.limits;
    if (!(files <= mostFiles && bytes <= mostBytes)) throw this.tooMuch(files, bytes);
    const root = this.getRoot();
    await mkdir(root, { recursive: true });
    await this.sweep();
    const { bavail, bsize } = await statfs(root);
    const room = bavail * bsize - spareBytes;
    if (bytes > room) {
      const params = { megabytes: toMegabytes(bytes), room: Math.max(0, toMegabytes(room)) };
      throw new TlacError("BAD_MESSAGE", "evaluation.upload-no-room", params);
    }
    while (this.uploads.size >= mostUploads) {
      const since = Date.now() - pauseMs;
      const idle = [...this.uploads].find(([, one]) => one.users === 0 && one.asked <= since);
      if (!idle) throw new Refusal("TOO_MANY");
      await this.drop(idle[0]);
    }
    const id = randomUUID();
    const upload: Upload = {
      ...{ folder: path.join(root, id), files: new Map() },
      ...{ bytes: 0, coming: 0, timer: undefined, users: 0, asked: Date.now() },
    };
    this.uploads.set(id, upload);
    this.wait(id, upload);
    await mkdir(upload.folder);
    return id;
  }

  /**
   * Takes in a photo as it comes.
   *
   * @param name such as `bolt/1.jpg`
   * Throws `BAD_MESSAGE` where it is too much or its name leads elsewhere, a `Refusal`.
   */
  async add(id: string, name: string, content: Readable): Promise<void> {
    const upload = this.find(id);
    const file = path.join(upload.folder, ...toParts(name));
    const isNew = !upload.files.has(name);
    if (isNew && upload.files.size + upload.coming >= this.limits.mostFiles) {
      throw this.tooMuch(upload.files.size + upload.coming + 1, upload.bytes);
    }
    upload.coming += 1;
    try {
      await this.use(id, () => this.receive(upload, name, file, content));
    } finally {
      upload.coming -= 1;
    }
  }

  /** A photo is there once it is whole: another try may follow one that has not ended yet. */
  private async receive(
    upload: Upload,
    name: string,
    file: string,
    content: Readable,
  ): Promise<void> {
    // What it replaces makes room for it.
    const most = this.limits.mostBytes + (upload.files.get(name) ?? 0);
    const part = path.join(upload.folder, `.${randomUUID()}`);
    let bytes = 0;
    let beyond = 0;
    const count = new Transform({
      transform: (chunk: Buffer, _encoding, next) => {
        // The rest is read all the same: who is cut off in the middle hears no reason.
        if (beyond > 0 || upload.bytes + chunk.length > most) {
          beyond += chunk.length;
          next();
          return;
        }
        upload.bytes += chunk.length;
        bytes += chunk.length;
        next(null, chunk);
      },
    });
    try {
      await pipeline(content, count, createWriteStream(part));
      if (beyond > 0) throw this.tooMuch(upload.files.size + 1, upload.bytes + beyond);
      await mkdir(path.dirname(file), { recursive: true });
      await rename(part, file);
      upload.bytes -= upload.files.get(name) ?? 0;
      upload.files.set(name, bytes);
    } catch (thrown) {
      upload.bytes -= bytes;
      await rm(part, { force: true });
      throw thrown;
    }
  }

  /** Lends the folder for as long as the work takes. Throws a `Refusal`. */
  async use<T>(id: string, work: (folder: string) => Promise<T>): Promise<T> {
    const upload = this.find(id);
    upload.users += 1;
    clearTimeout(upload.timer);
    const touching = setInterval(() => {
      touch(upload);
    }, this.limits.patienceMs / 2).unref();
    try {
      return await work(upload.folder);
    } finally {
      clearInterval(touching);
      upload.users -= 1;
      upload.asked = Date.now();
      if (this.uploads.get(id) === upload) this.wait(id, upload);
      else await remove(upload);
    }
  }

  /** Removes what is there; a folder in use goes when its last user does. */
  async drop(id: string): Promise<void> {
    const upload = this.uploads.get(id);
    if (!upload) return;
    this.uploads.delete(id);
    clearTimeout(upload.timer);
    if (upload.users === 0) await remove(upload);
  }

  private find(id: string): Upload {
    const upload = this.uploads.get(id);
    if (!upload) throw new Refusal("NOT_FOUND");
    this.wait(id, upload);
    upload.asked = Date.now();
    touch(upload);
    return upload;
  }

  private wait(id: string, upload: Upload): void {
    clearTimeout(upload.timer);
    if (upload.users > 0) return;
    upload.timer = setTimeout(() => {
      // What cannot be removed now is swept later.
      this.drop(id).catch(() => undefined);
    }, this.limits.patienceMs).unref();
  }

  private tooMuch(files: number, bytes: number): TlacError {
    const { mostFiles, mostBytes } = this.limits;
    return new TlacError("BAD_MESSAGE", "evaluation.upload-too-much", {
      ...{ files, megabytes: toMegabytes(bytes) },
      ...{ mostFiles, mostMegabytes: toMegabytes(mostBytes) },
    });
  }

  private async sweep(): Promise<void> {
    const root = this.getRoot();
    for (const name of await readdir(root)) {
      if (this.uploads.has(name)) continue;
      const folder = path.join(root, name);
      const stats = await stat(folder).catch(() => null);
      if (stats && Date.now() - stats.mtimeMs > this.staleMs) {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }
}

/** Other processes may share the user directory, and tell by this that a folder is in use. */
function touch({ folder }: Upload): void {
  const now = new Date();
  utimes(folder, now, now).catch(() => undefined);
}

/** On Windows a virus scanner may hold a file for a moment. */
function remove({ folder }: Upload): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

function toMegabytes(bytes: number): number {
  return Math.floor(bytes / MEGABYTE);
}

/** The parts of a photo's name; one that is none in some file system is written as an id is. */
function toParts(name: string): string[] {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || parts.length > MOST_PARTS || name.length > MOST_NAME) {
    throw new TlacError("BAD_MESSAGE", "evaluation.upload-bad-name", { name: name.slice(0, 80) });
  }
  return parts.map((part) => {
    const folder = toFolderName(part);
    // Only marked because systems disagree on upper and lower case: a person knows it unmarked.
    return folder === part || folder.startsWith(`${part}~`) ? part : folder;
  });
}
