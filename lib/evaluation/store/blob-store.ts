import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, rm, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";

import { throwIfClosed } from "../../errors";

// Segment: entries one after the other. Entry: magic, bytes of the payload, key (16 bytes of the
// SHA-256 of its name), checksum (8 bytes of that of key and payload), payload.
const MAGIC = 0x54_4c_45_56;
const KEY_AT = 8;
const KEY_BYTES = 16;
const CHECKSUM_AT = KEY_AT + KEY_BYTES;
const CHECKSUM_BYTES = 8;
const HEADER_BYTES = CHECKSUM_AT + CHECKSUM_BYTES;

const EXTENSION = ".answers";

/** Of all segments; the oldest go first. Ten thousand pictures take about 200 MB. */
const MOST_BYTES = 4 * 1024 ** 3;

/** An entry beyond that is none of ours. */
const MOST_PAYLOAD = 64 * 1024 ** 2;

/** Kept in memory once they were read: a few thousand pictures. */
const MOST_RECENT_BYTES = 32 * 1024 ** 2;

/** Read ahead while the entries of a segment are counted. */
const CHUNK_BYTES = 1024 ** 2;

/** Begun by this process: several in one millisecond keep their order. */
let segments = 0;

interface Place {
  readonly file: FileHandle;
  /** Of the payload. */
  readonly offset: number;
  readonly bytes: number;
  readonly checksum: Buffer;
}

/**
 * What models have answered, by key, in append-only files. Each process writes a file of its own
 * and reads those of all: several may share a folder, and one that is killed loses no entry but
 * the last. A folder that cannot be written keeps entries in memory, as long as the store is open.
 */
export class BlobStore {
  private readonly places = new Map<string, Place>();
  /** Not on the disk, or not yet. */
  private readonly fresh = new Map<string, Uint8Array>();
  /** Read last, for those who judge the same pictures again and again. */
  private readonly recent = new Map<string, Uint8Array>();
  private recentBytes = 0;
  private readonly files: FileHandle[] = [];
  private own: { file: FileHandle; bytes: number } | undefined;
  private writing: Promise<void> = Promise.resolve();
  private pending: { name: string; entry: Buffer; payload: number }[] = [];

  private constructor(private readonly folder: string) {}

  /** Reads what is there; a folder that is not there is empty. Throws `CLOSED`. */
  static async open(
    folder: string,
    { signal, mostBytes = MOST_BYTES }: { signal?: AbortSignal; mostBytes?: number } = {},
  ): Promise<BlobStore> {
    const store = new BlobStore(folder);
    for (const file of await chooseSegments(folder, mostBytes)) {
      throwIfClosed(signal);
      await store.readSegment(file).catch(() => undefined);
    }
    return store;
  }

  /** The payload under a name, to be read only; undefined where there is none, or it is damaged. */
  async get(name: string): Promise<Uint8Array | undefined> {
    const known = this.fresh.get(name) ?? this.recent.get(name);
    if (known) return known;
    const key = keyOf(name);
    const place = this.places.get(key.toString("latin1"));
    if (!place) return undefined;
    const payload = Buffer.alloc(place.bytes);
    const read = await place.file
      .read(payload, 0, place.bytes, place.offset)
      .catch(() => ({ bytesRead: 0 }));
    const isWhole = read.bytesRead === place.bytes;
    if (!isWhole || !checksumOf(key, payload).equals(place.checksum)) return undefined;
    this.remember(name, payload);
    return payload;
  }

  private remember(name: string, payload: Uint8Array): void {
    if (payload.length > MOST_RECENT_BYTES || this.recent.has(name)) return;
    this.recent.set(name, payload);
    this.recentBytes += payload.length;
    for (const [oldest, { length }] of this.recent) {
      if (this.recentBytes <= MOST_RECENT_BYTES) break;
      this.recent.delete(oldest);
      this.recentBytes -= length;
    }
  }

  /** Keeps a payload; it is written soon, and on the disk once `flush` resolves. */
  put(name: string, payload: Uint8Array): void {
    this.recentBytes -= this.recent.get(name)?.length ?? 0;
    this.recent.delete(name);
    this.fresh.set(name, payload);
    const key = keyOf(name);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(MAGIC, 0);
    header.writeUInt32LE(payload.length, 4);
    key.copy(header, KEY_AT);
    checksumOf(key, payload).copy(header, CHECKSUM_AT);
    const entry = Buffer.concat([header, payload]);
    this.pending.push({ name, entry, payload: payload.length });
    if (this.pending.length === 1) {
      this.writing = this.writing.then(() => this.write()).catch(() => undefined);
    }
  }

  async getJson(name: string): Promise<unknown> {
    const payload = await this.get(name);
    try {
      return payload && (JSON.parse(Buffer.from(payload).toString("utf8")) as unknown);
    } catch {
      return undefined;
    }
  }

  putJson(name: string, value: unknown): void {
    this.put(name, Buffer.from(JSON.stringify(value)));
  }

  flush(): Promise<void> {
    return this.writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await Promise.all(this.files.map((file) => file.close().catch(() => undefined)));
    this.places.clear();
    this.recent.clear();
  }

  /** All that has come together since the last write, in one. */
  private async write(): Promise<void> {
    const entries = this.pending;
    this.pending = [];
    this.own ??= await this.begin();
    const { file } = this.own;
    const bytes = Buffer.concat(entries.map(({ entry }) => entry));
    const { bytesWritten } = await file.write(bytes, 0, bytes.length, this.own.bytes);
    if (bytesWritten < bytes.length) throw new Error("The disk is full.");
    for (const { name, entry, payload } of entries) {
      const offset = this.own.bytes + HEADER_BYTES;
      const checksum = entry.subarray(CHECKSUM_AT, HEADER_BYTES);
      const key = keyOf(name).toString("latin1");
      this.places.set(key, { file, offset, bytes: payload, checksum: Buffer.from(checksum) });
      this.fresh.delete(name);
      this.own.bytes += entry.length;
    }
  }

  private async begin(): Promise<{ file: FileHandle; bytes: number }> {
    await mkdir(this.folder, { recursive: true });
    const time = new Date().toISOString().replace(/\D/g, "");
    const number = String(segments++).padStart(4, "0");
    const name = `${time}-${number}-${randomBytes(4).toString("hex")}${EXTENSION}`;
    const file = await open(path.join(this.folder, name), "wx+");
    this.files.push(file);
    return { file, bytes: 0 };
  }

  /** Where the entries of a segment are, up to the first that is not whole. */
  private async readSegment(place: string): Promise<void> {
    const file = await open(place, "r");
    this.files.push(file);
    const { size } = await file.stat();
    let chunk = Buffer.alloc(0);
    let start = 0;
    for (let at = 0; at + HEADER_BYTES <= size;) {
      if (at < start || at + HEADER_BYTES > start + chunk.length) {
        const { buffer, bytesRead } = await file.read(
          Buffer.alloc(Math.min(CHUNK_BYTES, size - at)),
          { position: at },
        );
        chunk = buffer.subarray(0, bytesRead);
        start = at;
        if (chunk.length < HEADER_BYTES) return;
      }
      const header = chunk.subarray(at - start, at - start + HEADER_BYTES);
      const bytes = header.readUInt32LE(4);
      const offset = at + HEADER_BYTES;
      if (header.readUInt32LE(0) !== MAGIC || bytes > MOST_PAYLOAD || offset + bytes > size) return;
      const key = header.toString("latin1", KEY_AT, CHECKSUM_AT);
      const checksum = Buffer.from(header.subarray(CHECKSUM_AT));
      this.places.set(key, { file, offset, bytes, checksum });
      at = offset + bytes;
    }
  }
}

/** The segments, oldest first, without those that there is no room for. */
async function chooseSegments(folder: string, mostBytes: number): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(EXTENSION));
  const kept: string[] = [];
  let room = mostBytes;
  for (const name of names.sort().reverse()) {
    const file = path.join(folder, name);
    const stats = await stat(file).catch(() => null);
    if (!stats) continue;
    room -= stats.size;
    if (room >= 0 || kept.length === 0) kept.unshift(file);
    else await rm(file, { force: true }).catch(() => undefined);
  }
  return kept;
}

function keyOf(name: string): Buffer {
  return createHash("sha256").update(name).digest().subarray(0, KEY_BYTES);
}

function checksumOf(key: Uint8Array, payload: Uint8Array): Buffer {
  return createHash("sha256").update(key).update(payload).digest().subarray(0, CHECKSUM_BYTES);
}
