import { createHash } from "node:crypto";
import { appendFile, readFile, stat } from "node:fs/promises";

import { rememberTexts } from "../basics/remember";
import { writeWholeFile } from "../basics/write-whole-file";

/** Bounds of what is remembered and of the file, which may hold outdated entries as well. */
const MEMORY_BYTES = 48 * 1024 * 1024;
const FILE_BYTES = 64 * 1024 * 1024;

/** Entries a block: one checksum each, and a block is read without holding the event loop. */
const BLOCK_ENTRIES = 256;

// File: header, then blocks. Header: magic, version, dims. Block: number of entries, checksum of
// the payload, payload. Entry: key, then the vector. All numbers little-endian, as on every
// platform that onnxruntime runs on.
const MAGIC = 0x54_4c_41_43;
const VERSION = 1;
const HEADER_BYTES = 12;
const KEY_BYTES = 16;
const CHECKSUM_BYTES = 32;
const BLOCK_HEADER_BYTES = 4 + CHECKSUM_BYTES;

export interface CacheLimits {
  readonly memoryBytes: number;
  readonly fileBytes: number;
}

const LIMITS: CacheLimits = { memoryBytes: MEMORY_BYTES, fileBytes: FILE_BYTES };

interface Entry {
  readonly key: string;
  readonly vector: Float32Array;
}

/**
 * Vectors of texts for one model in one dtype, in memory (least recently used leave first) and in
 * an append-only file. The file is a convenience: what is damaged in it is thrown away, and a
 * folder that cannot be written costs speed, never an answer.
 */
export class TextCache {
  private readonly vectors = new Map<string, Float32Array>();
  /** Bytes of the file that are known good; −1: it must be written anew. */
  private fileBytes = -1;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    /** Length of every vector. */
    readonly dims: number,
    private readonly limits: CacheLimits,
  ) {}

  /** The cache of a file that tells the length of its vectors by itself; null where it has none. */
  static async restore(file: string, limits: CacheLimits = LIMITS): Promise<TextCache | null> {
    const bytes = await readFile(file).catch(() => null);
    if (!bytes || !isHeader(bytes)) return null;
    const cache = new TextCache(file, bytes.readUInt32LE(8), limits);
    await cache.readBlocks(bytes);
    return cache.size > 0 ? cache : null;
  }

  /** Reads what the file has; a missing or foreign file is an empty cache. */
  static async open(file: string, dims: number, limits: CacheLimits = LIMITS): Promise<TextCache> {
    const cache = await TextCache.restore(file, limits);
    return cache?.dims === dims ? cache : new TextCache(file, dims, limits);
  }

  get size(): number {
    return this.vectors.size;
  }

  get(text: string): Float32Array | undefined {
    const key = hashText(text);
    const vector = this.vectors.get(key);
    if (vector) {
      this.vectors.delete(key);
      this.vectors.set(key, vector);
    }
    return vector;
  }

  /** Remembers at once and writes behind. */
  add(texts: readonly string[], vectors: readonly Float32Array[]): void {
    const entries = texts.flatMap((text, index): Entry[] => {
      const vector = vectors[index];
      return vector ? [{ key: hashText(text), vector: toOwnMemory(vector) }] : [];
    });
    for (const { key, vector } of entries) this.remember(key, vector);
    this.writing = this.writing.then(() => this.write(entries)).catch(() => undefined);
  }

  /** Resolves when everything added so far is in the file. */
  async flush(): Promise<void> {
    await this.writing;
  }

  private get entryBytes(): number {
    return KEY_BYTES + this.dims * Float32Array.BYTES_PER_ELEMENT;
  }

  private remember(key: string, vector: Float32Array): void {
    this.vectors.delete(key);
    this.vectors.set(key, vector);
    const most = Math.max(1, Math.floor(this.limits.memoryBytes / this.entryBytes));
    for (const oldest of this.vectors.keys()) {
      if (this.vectors.size <= most) break;
      this.vectors.delete(oldest);
    }
  }

  private async readBlocks(bytes: Buffer): Promise<void> {
    let offset = HEADER_BYTES;
    while (offset < bytes.length) {
      const end = this.readBlock(bytes, offset);
      // What follows a damaged block cannot be trusted; the next write starts a new file.
      if (end === null) return;
      offset = end;
      await nextTurn();
    }
    this.fileBytes = offset;
  }

  /** Where the block at `offset` ends; null where it is damaged. */
  private readBlock(bytes: Buffer, offset: number): number | null {
    const start = offset + BLOCK_HEADER_BYTES;
    if (start > bytes.length) return null;
    const count = bytes.readUInt32LE(offset);
    const end = start + count * this.entryBytes;
    if (count === 0 || count > BLOCK_ENTRIES || end > bytes.length) return null;
    const payload = bytes.subarray(start, end);
    if (!checksum(payload).equals(bytes.subarray(offset + 4, start))) return null;
    for (let i = 0; i < count; i++) {
      const entry = payload.subarray(i * this.entryBytes, (i + 1) * this.entryBytes);
      // Copied: a Float32Array must start at a multiple of four.
      const vector = new Float32Array(new Uint8Array(entry.subarray(KEY_BYTES)).buffer);
      this.remember(entry.toString("base64", 0, KEY_BYTES), vector);
    }
    return end;
  }

  private async write(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const blocks = this.encode(entries);
    const intact = this.fileBytes >= 0 && (await sizeOf(this.file)) >= this.fileBytes;
    if (!intact || this.fileBytes + blocks.length > this.limits.fileBytes) {
      await this.rewrite();
      return;
    }
    await appendFile(this.file, blocks);
    this.fileBytes += blocks.length;
  }

  private async rewrite(): Promise<void> {
    this.fileBytes = -1;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(MAGIC, 0);
    header.writeUInt32LE(VERSION, 4);
    header.writeUInt32LE(this.dims, 8);
    const entries = [...this.vectors].map(([key, vector]) => ({ key, vector }));
    const bytes = Buffer.concat([header, this.encode(entries)]);
    await writeWholeFile(this.file, bytes);
    this.fileBytes = bytes.length;
  }

  private encode(entries: readonly Entry[]): Buffer {
    const blocks: Buffer[] = [];
    for (let from = 0; from < entries.length; from += BLOCK_ENTRIES) {
      const part = entries.slice(from, from + BLOCK_ENTRIES);
      const payload = Buffer.concat(
        part.flatMap(({ key, vector }) => [
          Buffer.from(key, "base64"),
          Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
        ]),
      );
      const count = Buffer.alloc(4);
      count.writeUInt32LE(part.length);
      blocks.push(count, checksum(payload), payload);
    }
    return Buffer.concat(blocks);
  }
}

function isHeader(bytes: Buffer): boolean {
  return (
    bytes.length >= HEADER_BYTES &&
    bytes.readUInt32LE(0) === MAGIC &&
    bytes.readUInt32LE(4) === VERSION
  );
}

/** A part of a block would keep the whole block in memory, beyond any bound. */
function toOwnMemory(vector: Float32Array): Float32Array {
  return vector.byteLength === vector.buffer.byteLength ? vector : vector.slice();
}

const hashText = rememberTexts((text) =>
  createHash("sha256").update(text, "utf8").digest().toString("base64", 0, KEY_BYTES),
);

function checksum(payload: Buffer): Buffer {
  return createHash("sha256").update(payload).digest();
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => -1,
  );
}

async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
