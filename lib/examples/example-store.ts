import { mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";

import { Memo } from "../basics/memo";
import { writeWholeFile } from "../basics/write-whole-file";
import type { Embedder } from "../clip/embedder";
import { throwIfClosed, TlacError, toError } from "../errors";
import type { Frame } from "../frame/frame";
import { readFrames } from "../frame/read-frames";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { matchFolders, toFolderName } from "./class-folders";
import { createExampleSet, type ExampleSet } from "./example-set";
import { FeatureCache } from "./feature-cache";
import { findRedundant } from "./find-redundant";
import { FolderWatch, type WatchTimes } from "./folder-watch";
import { hashBytes, readFeatures, readFileBelow, type Failures } from "./read-features";
import { scanFolder, type FolderScan, type FoundFile } from "./scan-folder";
import { labelOf, settleContents, sortByClass, type ExampleList } from "./sort-files";

export type { ExampleList } from "./sort-files";

export interface StoreOptions {
  /** Pictures of a class beyond which the most redundant one goes (64). */
  readonly mostPerClass?: number;
  /** Where features are kept; default: beside the pictures. */
  readonly cacheFolder?: string;
  readonly watch?: WatchTimes;
}

export interface AddOptions {
  /** Asked for only where a picture has to go; without it the oldest one goes. */
  readonly getEmbedder?: () => Promise<Embedder>;
  /** The bytes are from another store: a JPEG that is small enough keeps its content and its name. */
  readonly asTheyAre?: boolean;
  readonly signal?: AbortSignal;
}

export interface Added {
  /** `<folder>/<name>`, for `remove`. */
  readonly file: string;
  /** False: the class had the picture already. */
  readonly added: boolean;
  /** The picture that made room, for `restore`; null: there was room. */
  readonly removed: string | null;
}

/** Long side of a kept picture, px: more than any image tower sees. */
export const MOST_SIDE = 512;

export const MOST_PER_CLASS = 64;

/** Pictures that were removed and can be restored. */
const REMOVED = ".removed";
const MOST_REMOVED = 100;

/** As many processes may make room in one class at the same moment. */
const MOST_ATTEMPTS = 8;

/** Hex digits of a kept picture's SHA-256 in its name. */
const NAME_DIGITS = 32;
const OWN_NAME = /^[0-9a-f]{32}\.jpg$/;

/** Models and vocabularies whose last reading is remembered. */
const MOST_READINGS = 4;

/**
 * The confirmed pictures of a vocabulary as plain files, `<root>/<class>/<hash>.jpg`, beside
 * whatever a person puts there by hand. Several processes may share a root: files appear and go as
 * a whole, and all that is kept in memory is checked against them.
 */
export class ExampleStore {
  private readonly caches = new Memo<FeatureCache>(MOST_READINGS);
  private readonly failures: Failures = new Map();
  private readonly readings = new Map<string, { signature: string; set: ExampleSet }>();
  private readonly listeners = new Set<() => void>();
  private watching: FolderWatch | undefined;
  /** Changes come one after the other. */
  private changing: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly root: string,
    private readonly options: StoreOptions,
  ) {}

  /** Touches nothing: a root without examples need not exist. */
  static open(root: string, options: StoreOptions = {}): ExampleStore {
    return new ExampleStore(path.resolve(root), options);
  }

  /**
   * Keeps a picture for a class, once however often it is added. Throws `BAD_IMAGE`, `BAD_MESSAGE`
   * (no such class; confirmed for another class already) and `BAD_CONFIG` (cannot be written).
   */
  add(
    vocabulary: Vocabulary,
    classId: string,
    picture: Frame | Uint8Array,
    options: AddOptions = {},
  ): Promise<Added> {
    return this.change(async () => {
      if (!vocabulary.classes.some(({ id }) => id === classId)) {
        throw new TlacError("BAD_MESSAGE", "examples.no-class", { id: classId.slice(0, 100) });
      }
      const jpeg = await toJpeg(picture, options);
      const given = picture instanceof Uint8Array ? [picture] : [];
      const list = await this.list(vocabulary, options.signal);
      const same = await this.findSame(list, [jpeg, ...given], vocabulary, classId);
      if (same) return { file: same, added: false, removed: null };
      const name = `${hashBytes(jpeg).slice(0, NAME_DIGITS)}.jpg`;
      const file = `${toFolderName(classId)}/${name}`;
      throwIfClosed(options.signal);
      await this.whileWritable(() => writeWholeFile(path.join(this.root, file), jpeg));
      const removed = await this.makeRoom(file, vocabulary, classId, options);
      return { file, added: true, removed };
    });
  }

  /** Takes a picture out; it can be restored. Throws `BAD_MESSAGE` where it is gone already. */
  remove(file: string): Promise<void> {
    return this.change(() => this.takeOut(checkFile(file)));
  }

  /** Puts back what was removed. Throws as `add` does, and `BAD_MESSAGE` where it is gone. */
  restore(vocabulary: Vocabulary, file: string): Promise<void> {
    return this.change(async () => {
      const source = path.join(this.root, REMOVED, checkFile(file));
      const bytes = await readFileBelow(path.join(this.root, REMOVED), file).catch(() => null);
      if (!bytes) throw new TlacError("BAD_MESSAGE", "examples.gone", { file });
      const [folder = ""] = file.split("/");
      const owner = matchFolders([folder], vocabulary).classIds.get(folder);
      const list = await this.list(vocabulary);
      const same = owner && (await this.findSame(list, [bytes], vocabulary, owner));
      if (same) await rm(source, { force: true });
      else await this.move(source, path.join(this.root, file), file);
    });
  }

  /** What lies there, unread. */
  async list(vocabulary: Vocabulary, signal?: AbortSignal): Promise<ExampleList> {
    return sortByClass(await scanFolder(this.root, signal), vocabulary);
  }

  /** A picture's file. Throws `BAD_IMAGE` where it cannot be read, `BAD_MESSAGE` for no such name. */
  async readFile(file: string): Promise<Uint8Array> {
    return readFileBelow(this.root, checkFile(file));
  }

  /**
   * All pictures as the model sees them. What was read before, by this process or another, is not
   * read again; nothing but a look at the folders where nothing has changed. Without an image tower
   * there are no rows. Throws `EMBEDDER_UNAVAILABLE` and `CLOSED`.
   */
  async read(
    embedder: Embedder,
    vocabulary: Vocabulary,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<ExampleSet> {
    const { digest: model, hasVision } = embedder.info;
    const scan = await scanFolder(this.root, signal);
    const key = `${model} ${vocabulary.digest}`;
    const known = this.readings.get(key);
    if (known?.signature === scan.signature) return known.set;
    const { classes, unmatched, broken } = sortByClass(scan, vocabulary);
    if (!hasVision) return createExampleSet(model, [], broken, unmatched);
    const owners = new Map<string, string>();
    for (const [id, files] of classes) for (const { file } of files) owners.set(file, id);
    const files = scan.files.filter(({ file }) => owners.has(file));
    const reading = await this.readFeatures(files, embedder, signal);
    await this.forget(scan, model);
    const { rows, contested } = settleContents(reading.pictures, owners, vocabulary);
    const set = await createExampleSet(
      model,
      rows,
      [...broken, ...reading.broken, ...contested],
      unmatched,
    );
    this.readings.delete(key);
    this.readings.set(key, { signature: scan.signature, set });
    const [oldest] = this.readings.keys();
    if (this.readings.size > MOST_READINGS && oldest !== undefined) this.readings.delete(oldest);
    return set;
  }

  /**
   * Calls `listener` soon after it came, and after each change below the root, by whomever; returns
   * how to stop. The folder is watched as long as anybody listens.
   */
  onChange(listener: () => void): () => void {
    const own = (): void => {
      listener();
    };
    this.listeners.add(own);
    this.watching ??= new FolderWatch(
      this.root,
      () => scanFolder(this.root),
      () => {
        this.tell();
      },
      this.options.watch,
    );
    return () => {
      this.listeners.delete(own);
      if (this.listeners.size === 0) this.close();
    };
  }

  /** Stops watching; the store can still be used. */
  close(): void {
    this.listeners.clear();
    this.watching?.close();
    this.watching = undefined;
  }

  private tell(): void {
    for (const listener of [...this.listeners]) {
      try {
        listener();
      } catch {
        // Whoever listens answers for itself; the others are told all the same.
      }
    }
  }

  private async change<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.changing.then(work, work);
    this.changing = mine.catch(() => undefined);
    const result = await mine;
    this.tell();
    return result;
  }

  /**
   * A picture of the class with one of these contents. Throws `BAD_MESSAGE` where another class
   * has it: one of the two must be wrong.
   */
  private async findSame(
    { classes }: ExampleList,
    contents: readonly Uint8Array[],
    vocabulary: Vocabulary,
    classId: string,
  ): Promise<string | undefined> {
    const hashes = new Set(contents.map(hashBytes));
    const sizes = new Set(contents.map(({ length }) => length));
    let mine: string | undefined;
    for (const [owner, files] of classes) {
      for (const { file, bytes } of files) {
        if (!sizes.has(bytes)) continue;
        const content = await readFileBelow(this.root, file).catch(() => null);
        if (!content || !hashes.has(hashBytes(content))) continue;
        if (owner !== classId) {
          const params = { other: labelOf(vocabulary, owner), label: labelOf(vocabulary, classId) };
          throw new TlacError("BAD_MESSAGE", "examples.other-class", { ...params, file });
        }
        mine ??= file;
      }
    }
    return mine;
  }

  /** Takes the most redundant picture out where the class has one too many. */
  private async makeRoom(
    added: string,
    vocabulary: Vocabulary,
    classId: string,
    { getEmbedder, signal }: AddOptions,
  ): Promise<string | null> {
    const most = this.options.mostPerClass ?? MOST_PER_CLASS;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const files = (await this.list(vocabulary)).classes.get(classId) ?? [];
      if (files.length <= most) return null;
      // Clocks of file systems are coarse: what was added last is the newest, whatever they say.
      const aged = files.map((found) =>
        found.file === added ? { ...found, modified: Infinity } : found,
      );
      const redundant = await this.findRedundant(aged, most, getEmbedder, signal);
      if (redundant === undefined || redundant === added) return null;
      try {
        await this.takeOut(redundant);
        return redundant;
      } catch (thrown) {
        // Another process has taken that one for a picture of its own: ours still needs room.
        if (!(thrown instanceof TlacError) || thrown.key !== "examples.gone") throw thrown;
      }
    }
    return null;
  }

  private async findRedundant(
    files: readonly FoundFile[],
    most: number,
    getEmbedder: AddOptions["getEmbedder"],
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    try {
      const embedder = await getEmbedder?.();
      if (embedder?.info.hasVision) {
        const { pictures } = await this.readFeatures(files, embedder, signal);
        if (pictures.length <= most) return undefined;
        const ages = new Map(files.map(({ file, modified }) => [file, modified]));
        const aged = pictures.map(({ file, vector }) => {
          return { file, vector, modified: ages.get(file) ?? 0 };
        });
        return (await findRedundant(aged))?.file;
      }
    } catch (thrown) {
      // The picture is kept already; that its model is gone must not make the class grow.
      if (!(thrown instanceof TlacError)) throw thrown;
    }
    const own = files.filter(({ file }) => OWN_NAME.test(path.posix.basename(file)));
    return own.reduce<FoundFile | undefined>(
      (oldest, one) => (oldest && oldest.modified <= one.modified ? oldest : one),
      undefined,
    )?.file;
  }

  private async readFeatures(
    files: readonly FoundFile[],
    embedder: Embedder,
    signal: AbortSignal | undefined,
  ): ReturnType<typeof readFeatures> {
    const cache = await this.openCache(embedder.info.digest);
    const { failures } = this;
    return readFeatures(this.root, files, embedder, {
      cache,
      failures,
      ...(signal ? { signal } : {}),
    });
  }

  private openCache(model: string): Promise<FeatureCache> {
    const folder = this.options.cacheFolder ?? path.join(this.root, ".features");
    return this.caches.get(model, () => FeatureCache.open(folder, model));
  }

  /** Of pictures that are no longer there. */
  private async forget({ files }: FolderScan, model: string): Promise<void> {
    const there = new Set(files.map(({ file }) => file));
    for (const file of this.failures.keys()) if (!there.has(file)) this.failures.delete(file);
    const cache = await this.openCache(model);
    await cache.update([], ({ file }) => there.has(file));
  }

  private async takeOut(file: string): Promise<void> {
    const source = path.join(this.root, file);
    const there = await stat(source).catch(() => null);
    if (!there?.isFile()) throw new TlacError("BAD_MESSAGE", "examples.gone", { file });
    await this.move(source, path.join(this.root, REMOVED, file), file);
    await this.emptyBin();
  }

  /** Keeps the pictures that were removed last. */
  private async emptyBin(): Promise<void> {
    const bin = path.join(this.root, REMOVED);
    const { files } = await scanFolder(bin);
    const old = [...files].sort((a, b) => b.changed - a.changed).slice(MOST_REMOVED);
    for (const { file } of old) {
      await rm(path.join(bin, file), { force: true }).catch(() => undefined);
    }
  }

  private async move(from: string, to: string, file: string): Promise<void> {
    await this.whileWritable(async () => {
      await mkdir(path.dirname(to), { recursive: true });
      await rename(from, to).catch((thrown: unknown) => {
        const { code }: NodeJS.ErrnoException = toError(thrown);
        // Another process was quicker.
        if (code === "ENOENT") throw new TlacError("BAD_MESSAGE", "examples.gone", { file });
        throw thrown;
      });
    });
  }

  private async whileWritable(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (thrown instanceof TlacError) throw thrown;
      const params = { folder: this.root, reason: toError(thrown).message };
      throw new TlacError("BAD_CONFIG", "examples.not-writable", params, { cause: thrown });
    }
  }
}

/** The picture as it is kept. Throws `BAD_IMAGE`. */
async function toJpeg(
  picture: Frame | Uint8Array,
  { signal, asTheyAre = false }: AddOptions,
): Promise<Buffer> {
  const frame =
    picture instanceof Uint8Array
      ? (await readFrames(picture, signal ? { signal } : {})).frames[0]
      : picture;
  if (!frame) throw new TlacError("BAD_IMAGE", "frame.empty");
  const { width, height, jpeg } = frame;
  if (Math.max(width, height) > MOST_SIDE) return frame.jpegOf(MOST_SIDE);
  const isJpeg = picture instanceof Uint8Array && picture[0] === 0xff && picture[1] === 0xd8;
  return asTheyAre && isJpeg ? Buffer.from(picture) : jpeg;
}

/** `<folder>/<name>` and nothing that leads elsewhere. */
function checkFile(file: string): string {
  const parts = file.split("/");
  const plain = parts.every(
    (part) => part !== "" && !part.startsWith(".") && path.basename(part) === part,
  );
  if (parts.length === 2 && plain && !file.includes("\0")) return file;
  throw new TlacError("BAD_MESSAGE", "examples.gone", { file: file.slice(0, 100) });
}
