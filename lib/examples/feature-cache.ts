import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import { writeWholeFile } from "../basics/write-whole-file";

/** What is known of a picture. */
export interface KnownPicture {
  readonly file: string;
  /** Of the file that was read: the same stamp is the same content. */
  readonly stamp: string;
  /** SHA-256 (hex) of the content. */
  readonly hash: string;
  /** Unit vector [dims]. Read only. */
  readonly vector: Float32Array;
}

// File: header, list of pictures as JSON, padding to a multiple of four, vectors in the list's
// order. Header: magic, version, dims, bytes of the JSON, SHA-256 of all that follows. Numbers are
// little-endian, as on every platform that onnxruntime runs on.
const MAGIC = 0x54_4c_45_58;
const VERSION = 1;
const CHECKSUM_AT = 16;
const HEADER_BYTES = CHECKSUM_AT + 32;

const EXTENSION = ".features";

/** Models whose features are kept; whoever switches between two need not wait. */
const MOST_MODELS = 4;

/** Bytes that are summed in one turn: about a millisecond. */
const TURN_BYTES = 512 * 1024;

/** What a process that died while it wrote has left behind. */
const STALE_MS = 60 * 60 * 1000;

/**
 * The features of one model for the pictures of one root, in memory and in a file of its own. The
 * file is a convenience: a damaged one is written anew, a folder that cannot be written costs
 * time, never an answer, and of two processes that write, the last one's file stays.
 */
export class FeatureCache {
  private byFile = new Map<string, KnownPicture>();
  private byHash = new Map<string, KnownPicture>();

  private constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  /** @param digest the model's, 16 hex digits */
  static async open(folder: string, digest: string): Promise<FeatureCache> {
    const cache = new FeatureCache(folder, `${digest}${EXTENSION}`);
    const bytes = await readFile(cache.file).catch(() => null);
    if (bytes) cache.remember(await decode(bytes));
    // The age of use, not of the content, decides which model's features go.
    const now = new Date();
    if (bytes) await utimes(cache.file, now, now).catch(() => undefined);
    return cache;
  }

  /** The picture that lies there, unless its file has changed. */
  find(file: string, stamp: string): KnownPicture | undefined {
    const known = this.byFile.get(file);
    return known?.stamp === stamp ? known : undefined;
  }

  /** The same content, wherever it lay. */
  findContent(hash: string): KnownPicture | undefined {
    return this.byHash.get(hash);
  }

  /** Takes pictures in and forgets those that are not to be kept; writes where that is news. */
  async update(
    fresh: readonly KnownPicture[],
    keep: (picture: KnownPicture) => boolean,
  ): Promise<void> {
    const kept = [...this.byFile.values()].filter(keep);
    if (fresh.length === 0 && kept.length === this.byFile.size) return;
    this.remember([...kept, ...fresh]);
    try {
      await writeWholeFile(this.file, await encode([...this.byFile.values()]));
      await this.tidy();
    } catch {
      // Read-only or full: the next start computes them again.
    }
  }

  private get file(): string {
    return path.join(this.folder, this.name);
  }

  private remember(pictures: readonly KnownPicture[]): void {
    this.byFile = new Map(pictures.map((picture) => [picture.file, picture]));
    this.byHash = new Map(pictures.map((picture) => [picture.hash, picture]));
  }

  /** Drops the models that were used longest ago, and what was never finished. */
  private async tidy(): Promise<void> {
    const names = await readdir(this.folder);
    const files = await Promise.all(
      names.map(async (name) => {
        const used = await stat(path.join(this.folder, name)).catch(() => null);
        return { name, used: used?.mtimeMs ?? Date.now() };
      }),
    );
    const models = files.filter(({ name }) => name.endsWith(EXTENSION) && name !== this.name);
    models.sort((a, b) => b.used - a.used);
    const stale = files.filter(
      ({ name, used }) => name.endsWith(".tmp") && used < Date.now() - STALE_MS,
    );
    for (const { name } of [...models.slice(MOST_MODELS - 1), ...stale]) {
      await rm(path.join(this.folder, name), { force: true });
    }
  }
}

async function encode(pictures: readonly KnownPicture[]): Promise<Buffer> {
  const dims = pictures[0]?.vector.length ?? 0;
  const rows = pictures.map(({ file, stamp, hash }) => [file, stamp, hash]);
  const json = Buffer.from(JSON.stringify(rows));
  const start = HEADER_BYTES + json.length + padding(json.length);
  const bytes = Buffer.alloc(start + pictures.length * dims * Float32Array.BYTES_PER_ELEMENT);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(VERSION, 4);
  bytes.writeUInt32LE(dims, 8);
  bytes.writeUInt32LE(json.length, 12);
  json.copy(bytes, HEADER_BYTES);
  for (const [row, { vector }] of pictures.entries()) {
    const raw = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    raw.copy(bytes, start + row * vector.byteLength);
  }
  (await sum(bytes.subarray(HEADER_BYTES))).copy(bytes, CHECKSUM_AT);
  return bytes;
}

/** Nothing where anything is wrong with the file. */
async function decode(bytes: Buffer): Promise<KnownPicture[]> {
  if (bytes.length < HEADER_BYTES) return [];
  const [magic, version, dims, jsonBytes] = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at));
  const payload = bytes.subarray(HEADER_BYTES);
  if (magic !== MAGIC || version !== VERSION || dims === undefined || jsonBytes === undefined) {
    return [];
  }
  if (!(await sum(payload)).equals(bytes.subarray(CHECKSUM_AT, HEADER_BYTES))) return [];
  const rows = parseRows(payload.toString("utf8", 0, jsonBytes));
  const start = jsonBytes + padding(jsonBytes);
  const step = dims * Float32Array.BYTES_PER_ELEMENT;
  if (payload.length !== start + rows.length * step) return [];
  // Copied: a Float32Array must start at a multiple of four.
  const block = new Float32Array(new Uint8Array(payload.subarray(start)).buffer);
  return rows.map(([file, stamp, hash], row) => {
    return { file, stamp, hash, vector: block.subarray(row * dims, (row + 1) * dims) };
  });
}

/** SHA-256, without holding the event loop over 25 MB. */
async function sum(payload: Buffer): Promise<Buffer> {
  const hash = createHash("sha256");
  for (let from = 0; from < payload.length; from += TURN_BYTES) {
    hash.update(payload.subarray(from, from + TURN_BYTES));
    await nextTurn();
  }
  return hash.digest();
}

type Row = readonly [file: string, stamp: string, hash: string];

function parseRows(text: string): Row[] {
  try {
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows) && rows.every(isRow) ? rows : [];
  } catch {
    return [];
  }
}

function isRow(row: unknown): row is Row {
  return Array.isArray(row) && row.length === 3 && row.every((value) => typeof value === "string");
}

function padding(bytes: number): number {
  return -bytes & 3;
}
