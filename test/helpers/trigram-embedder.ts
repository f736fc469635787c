import type { Embedder, EmbedderInfo, Sight } from "../../lib/clip/embedder";
import { TlacError } from "../../lib/errors";

const DIMS = 512;

/**
 * A small, exact embedder without a model: a text is its character trigrams, hashed into a unit
 * vector, so texts are as near as they are spelt. A token is a word; two more open and close.
 */
export class TrigramEmbedder implements Embedder {
  readonly info: EmbedderInfo;
  /** Every text that was embedded, in order. */
  readonly embedded: string[] = [];

  constructor(info: Partial<EmbedderInfo> = {}) {
    this.info = {
      name: "trigrams",
      digest: "0123456789abcdef",
      family: "clip",
      dtype: { text: "fp32", vision: "fp32" },
      dims: DIMS,
      maxTokens: 12,
      languages: "en",
      hasVision: false,
      labels: null,
      sharpness: { words: 20, sight: 22 },
      sameName: 0.84,
      refused: null,
      ...info,
    };
  }

  embedTexts(texts: readonly string[]): Promise<Float32Array[]> {
    this.embedded.push(...texts);
    return Promise.resolve(texts.map(embed));
  }

  see(): Promise<Sight> {
    return Promise.reject(this.noVision());
  }

  countTokens(texts: readonly string[]): Promise<number[]> {
    return Promise.resolve(texts.map((text) => text.split(/\s+/).filter(Boolean).length + 2));
  }

  private noVision(): TlacError {
    return new TlacError("EMBEDDER_UNAVAILABLE", "clip.no-vision", { model: this.info.name });
  }
}

function embed(text: string): Float32Array {
  const vector = new Float32Array(DIMS);
  const padded = `  ${text.toLowerCase()}  `;
  for (let at = 0; at + 3 <= padded.length; at++) {
    const slot = hash(padded.slice(at, at + 3)) % DIMS;
    vector[slot] = (vector[slot] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return value;
}
