import type { Embedder, EmbedderInfo, EmbedOptions, Sight } from "../../clip/embedder";
import type { Frame } from "../../frame/frame";
import type { BlobStore } from "./blob-store";

/** The vectors of a sight, in their order in an entry. */
const PARTS = ["embedding", "features", "probabilities"] as const;

/** Milliseconds and the length of each part. */
const HEADER_BYTES = 8 + 4 * PARTS.length;

/** An embedder that looks at each picture once and keeps what it saw, bit for bit. */
export class StoredEmbedder implements Embedder {
  readonly info: EmbedderInfo;
  /** Milliseconds that the last looks took when the model really looked, by the frame's hash. */
  private readonly spent = new Map<string, number>();

  constructor(
    private readonly embedder: Embedder,
    private readonly store: BlobStore,
  ) {
    this.info = embedder.info;
  }

  embedTexts(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]> {
    return this.embedder.embedTexts(texts, options);
  }

  countTokens(texts: readonly string[]): Promise<number[]> {
    return this.embedder.countTokens(texts);
  }

  async see(frame: Frame, options?: EmbedOptions): Promise<Sight> {
    const name = `sight ${this.info.digest} ${frame.hash}`;
    const known = decode(await this.store.get(name));
    if (known) {
      this.note(frame, known.ms);
      return known.sight;
    }
    const started = performance.now();
    const sight = await this.embedder.see(frame, options);
    const ms = performance.now() - started;
    this.note(frame, ms);
    this.store.put(name, encode(sight, ms));
    return sight;
  }

  /** What looking at a frame took; 0 where nobody looked. */
  timeOf(frame: Frame): number {
    return this.spent.get(frame.hash) ?? 0;
  }

  /** A picture's time is asked for as soon as it is judged; older ones nobody asks for. */
  private note(frame: Frame, ms: number): void {
    if (this.spent.size > 100) this.spent.clear();
    this.spent.set(frame.hash, ms);
  }
}

function encode(sight: Sight, ms: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeDoubleLE(ms, 0);
  const parts = PARTS.map((part, at) => {
    const vector = sight[part];
    header.writeUInt32LE(vector?.length ?? 0, 8 + 4 * at);
    return vector
      ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
      : Buffer.alloc(0);
  });
  return Buffer.concat([header, ...parts]);
}

function decode(bytes: Uint8Array | undefined): { sight: Sight; ms: number } | undefined {
  if (!bytes || bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lengths = PARTS.map((_, at) => view.getUint32(8 + 4 * at, true));
  const floats = lengths.reduce((sum, length) => sum + length, 0);
  if (bytes.length !== HEADER_BYTES + 4 * floats) return undefined;
  // Copied: a Float32Array must start at a multiple of four.
  const all = new Float32Array(new Uint8Array(bytes.subarray(HEADER_BYTES)).buffer);
  let start = 0;
  const [embedding = null, features = null, probabilities = null] = lengths.map((length) => {
    start += length;
    return length > 0 ? all.subarray(start - length, start) : null;
  });
  return { sight: { embedding, features, probabilities }, ms: view.getFloat64(0, true) };
}
