import { realpath, stat } from "node:fs/promises";

import { isRecord } from "../../basics/is-record";
import { TlacError, toError } from "../../errors";
import { hashBytes } from "../../examples/read-features";
import type { Frame, Pixels, PixelSpec, Roi } from "../../frame/frame";
import { readFrames, type FrameOptions } from "../../frame/read-frames";
import type { SceneGrid } from "../../frame/scene-grid";
import { readPlainFile } from "../../frame/read-image-file";
import { shrinkJpeg } from "../../frame/shrink-jpeg";
import type { BlobStore } from "./blob-store";

/** What is kept of a picture, so that it need not be decoded again. */
interface Facts extends Pick<Frame, "width" | "height" | "hash" | "scaled"> {
  /** Milliseconds that it took to become a frame. */
  readonly ms: number;
}

/** A photo of a good camera takes 30 MB. */
const MOST_BYTES = 256 * 1024 ** 2;

/** Long side of the small picture in a report, px. */
const THUMBNAIL_SIDE = 220;

/** Changes whenever decoding does, so that old facts are not taken for new ones. */
const VERSION = 1;

/** A picture as a frame that is decoded only for a model that has not seen it yet. */
export class StoredFrame implements Frame {
  readonly width: number;
  readonly height: number;
  readonly hash: string;
  readonly scaled?: NonNullable<Frame["scaled"]>;
  /** Milliseconds that decoding took. */
  readonly ms: number;
  private decoded: Promise<Frame> | undefined;

  constructor(
    facts: Facts,
    private readonly read: () => Promise<Frame>,
  ) {
    const { width, height, hash, scaled, ms } = facts;
    this.width = width;
    this.height = height;
    this.hash = hash;
    this.ms = ms;
    if (scaled) this.scaled = scaled;
  }

  /** With its pixels. Throws `BAD_IMAGE`. */
  decode(): Promise<Frame> {
    return (this.decoded ??= this.read());
  }

  /** A model's own bytes come from `decode`: whoever asks here has not looked into the store. */
  get jpeg(): Buffer {
    throw new Error("A stored picture has no bytes before it is decoded.");
  }

  async jpegOf(maxSide: number): Promise<Buffer> {
    return (await this.decode()).jpegOf(maxSide);
  }

  async pixels(spec: PixelSpec): Promise<Pixels> {
    return (await this.decode()).pixels(spec);
  }

  async sceneGrid(): Promise<SceneGrid> {
    return (await this.decode()).sceneGrid();
  }

  rest(): void {
    this.decoded = undefined;
  }
}

/** The pictures of an evaluation: known ones are told by their file, or by their content. */
export class StoredPictures {
  private readonly options: Pick<FrameOptions, "roi" | "signal">;
  /** Facts of another part of a picture are those of another picture. */
  private readonly kind: string;

  constructor(
    private readonly store: BlobStore,
    { roi, signal }: { roi?: Roi | undefined; signal?: AbortSignal | undefined } = {},
  ) {
    this.options = { ...(roi && { roi }), ...(signal && { signal }) };
    this.kind = roi ? `${String(VERSION)} ${JSON.stringify(roi)}` : String(VERSION);
  }

  /** Throws `BAD_IMAGE` for a file that is no picture. */
  async open(file: string): Promise<StoredFrame> {
    const stats = await stat(file).catch((thrown: unknown) => {
      const params = { path: file, reason: toError(thrown).message };
      throw new TlacError("BAD_IMAGE", "frame.path-unreadable", params, { cause: thrown });
    });
    const place = `place ${this.kind} ${file} ${String(stats.size)} ${String(stats.mtimeMs)}`;
    const read = (): Promise<Frame> => this.readFrame(file);
    const known = await this.store.getJson(place);
    if (isFacts(known)) return new StoredFrame(known, read);
    const bytes = await readPictureFile(file);
    const content = `content ${this.kind} ${hashBytes(bytes)}`;
    const same = await this.store.getJson(content);
    if (isFacts(same)) {
      this.store.putJson(place, same);
      return new StoredFrame(same, read);
    }
    return this.learn(bytes, [place, content], read);
  }

  /** The small picture of one that was opened before. */
  async thumbnail(hash: string): Promise<Uint8Array | null> {
    return (await this.store.get(thumbnailName(hash))) ?? null;
  }

  private async learn(
    bytes: Uint8Array,
    names: readonly string[],
    read: () => Promise<Frame>,
  ): Promise<StoredFrame> {
    const started = performance.now();
    const frame = await this.decode(bytes);
    const ms = performance.now() - started;
    const { width, height, hash, scaled } = frame;
    const facts: Facts = { width, height, hash, ms, ...(scaled && { scaled }) };
    for (const name of names) this.store.putJson(name, facts);
    this.store.put(thumbnailName(hash), await shrinkJpeg(frame.jpeg, THUMBNAIL_SIDE, 75));
    let first: Frame | undefined = frame;
    return new StoredFrame(facts, () => {
      const decoded = first ? Promise.resolve(first) : read();
      first = undefined;
      return decoded;
    });
  }

  private async readFrame(file: string): Promise<Frame> {
    return this.decode(await readPictureFile(file));
  }

  private async decode(bytes: Uint8Array): Promise<Frame> {
    const { frames } = await readFrames(bytes, this.options);
    return frames[0] as Frame;
  }
}

/** A picture's bytes. Data sets are full of links; where one leads to is read. Throws `BAD_IMAGE`. */
export async function readPictureFile(file: string): Promise<Uint8Array> {
  return readPlainFile(await realpath(file).catch(() => file), file, MOST_BYTES);
}

function thumbnailName(hash: string): string {
  return `thumbnail ${String(VERSION)} ${hash}`;
}

function isFacts(value: unknown): value is Facts {
  return isRecord(value) && typeof value.hash === "string" && typeof value.ms === "number";
}
