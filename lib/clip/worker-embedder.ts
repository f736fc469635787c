import { Memo } from "../basics/memo";
import { throwIfClosed, TlacError } from "../errors";
import type { Frame, PixelSpec } from "../frame/frame";
import type { Embedder, EmbedderInfo, EmbedOptions, Sight } from "./embedder";
import type { ModelFacts, ModelFolder } from "./model-folder";
import type { TextCache } from "./text-cache";
import { softmax } from "./vector";
import type { WorkerHost } from "./worker-host";

/**
 * Texts a question: between two of them other users of the thread get their turn. The batches of
 * one length fill up better in 256 than in 64 (0.97 against 0.85 of the bare runtime's speed).
 */
const CHUNK_TEXTS = 256;

/** Who asks for one frame asks soon after the others; more is not needed. */
const REMEMBERED_IMAGES = 8;

/** An embedder whose model lives in the inference thread. */
export class WorkerEmbedder implements Embedder {
  private readonly images = new Memo<Sight>(REMEMBERED_IMAGES);
  /** Ends each call that waits. */
  private readonly inFlight = new Set<() => void>();
  private closed = false;

  constructor(
    readonly info: EmbedderInfo,
    private readonly host: WorkerHost,
    private readonly session: number,
    private readonly model: Pick<ModelFolder & ModelFacts, "pixelSpec" | "batchMatters">,
    private readonly cache: TextCache,
  ) {}

  /** Whether its thread is gone for good. */
  get lost(): boolean {
    return this.host.lost;
  }

  /** Resolves when the vectors computed so far are on disk. */
  async flush(): Promise<void> {
    await this.cache.flush();
  }

  /** Ends calls in flight with `CLOSED` and frees the model. */
  async dispose(): Promise<void> {
    this.closed = true;
    for (const end of this.inFlight) end();
    await this.cache.flush();
    await this.host.close(this.session);
  }

  async embedTexts(
    texts: readonly string[],
    { signal }: EmbedOptions = {},
  ): Promise<Float32Array[]> {
    this.throwIfEnded(signal);
    const known = texts.map((text) => this.cache.get(text));
    const missing = [...new Set(texts.filter((_, at) => !known[at]))];
    const found = new Map<string, Float32Array>();
    // Texts of about one length share a chunk, so that they share a batch.
    missing.sort((a, b) => a.length - b.length);
    for (let from = 0; from < missing.length; from += CHUNK_TEXTS) {
      const chunk = missing.slice(from, from + CHUNK_TEXTS);
      const flat = await this.untilEnded(
        this.host.ask("texts", this.session, { texts: chunk, alone: this.model.batchMatters }),
        signal,
      );
      const { dims } = this.info;
      const parts = chunk.map((_, index) => flat.slice(index * dims, (index + 1) * dims));
      this.cache.add(chunk, parts);
      for (const [index, text] of chunk.entries()) {
        const vector = parts[index];
        if (vector) found.set(text, vector);
      }
    }
    return texts.map((text, at) => {
      const vector = known[at] ?? found.get(text);
      if (vector) return vector;
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.session-lost");
    });
  }

  /** One run a frame, however many ask for it. */
  async see(frame: Frame, { signal }: EmbedOptions = {}): Promise<Sight> {
    this.throwIfEnded(signal);
    const { pixelSpec } = this.model;
    if (!pixelSpec) {
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.no-vision", { model: this.info.name });
    }
    // Not tied to this caller's signal: another may be waiting for the same run.
    const sight = this.images.get(frame.hash, () => this.run(frame, pixelSpec));
    return this.untilEnded(sight, signal);
  }

  async countTokens(texts: readonly string[]): Promise<number[]> {
    this.throwIfEnded(undefined);
    return this.untilEnded(this.host.ask("count", this.session, { texts }), undefined);
  }

  private async run(frame: Frame, pixelSpec: PixelSpec): Promise<Sight> {
    const pixels = await frame.pixels(pixelSpec);
    this.throwIfEnded(undefined);
    const { embedding, features, logits } = await this.host.ask("image", this.session, pixels);
    return {
      embedding: embedding?.length === this.info.dims ? embedding : null,
      features,
      probabilities: logits && softmax(logits),
    };
  }

  private throwIfEnded(signal: AbortSignal | undefined): void {
    if (this.closed) throw new TlacError("CLOSED", "tlac.closed");
    throwIfClosed(signal);
  }

  /** `work`, or `CLOSED` as soon as its caller or this embedder is gone. */
  private untilEnded<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        reject(new TlacError("CLOSED", "tlac.closed"));
      };
      // A listener at a signal of ours would take longer than what is done with most answers.
      this.inFlight.add(end);
      signal?.addEventListener("abort", end, { once: true });
      void work.then(resolve, reject).finally(() => {
        this.inFlight.delete(end);
        signal?.removeEventListener("abort", end);
      });
    });
  }
}
