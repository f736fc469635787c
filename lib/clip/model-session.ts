import { stat } from "node:fs/promises";
import path from "node:path";

import { TlacError, toError } from "../errors";
import { pixelSize } from "../frame/pixel-spec";
import { Graph, type Outputs } from "./graph";
import type { ImageAnswer, SessionSpec } from "./inference-messages";
import { loadRuntime, type Runtime } from "./load-runtime";
import { createNormaliser, type Normalise } from "./normalise-pixels";
import { towerFile } from "./presets";
import type { Provider } from "./provider";
import { TextTokenizer } from "./tokenizer";
import { normalizeVector } from "./vector";

/**
 * More texts a run gain nothing on a CPU and hold everybody else up. At 32, texts of mixed lengths
 * end in small groups, which cost 15 % of the speed of the bare runtime.
 */
const BATCH_TEXTS = 64;

/**
 * A text tower that no text has needed for so long gives its memory back with the next picture: the
 * words that come every day are known by their vectors.
 */
const TEXT_REST_MS = 60_000;

const TEXT_OUTPUTS = ["text_embeds", "pooler_output"];
const IMAGE_OUTPUTS = ["image_embeds", "pooler_output"];
/** Pooled features of the picture, where the graph has them beside the vector for texts. */
const FEATURES = "image_features";
const LOGITS = "logits";

/**
 * One model in this thread's memory. The text tower comes with the first text and rests when none
 * is new: after a restart the vectors of all known texts are on disk, and it is half of the memory
 * and of the time to load.
 * Calls must not overlap.
 */
export class ModelSession {
  /** Why the CPU took the place of the wanted provider; null where it did not. */
  refusal: string | null = null;
  private readonly normalise: Normalise | null;
  private tokenizer: TextTokenizer | null = null;
  private text: Graph | null = null;
  /** When a text was last embedded, in ms of the process's clock. */
  private lastText = 0;
  private vision: Graph | null = null;

  /** The text tower's file as it was when the image tower was read. */
  private stamp: string | undefined;

  private constructor(
    private readonly runtime: Runtime,
    private readonly spec: SessionSpec,
    private provider: Provider,
  ) {
    this.normalise = spec.pixelSpec && createNormaliser(spec.pixelSpec);
  }

  /**
   * Loads the image tower. On anything but the CPU, which runs whatever it has loaded, both towers
   * are loaded and tried; what the wanted provider cannot, the CPU does. Throws
   * `EMBEDDER_UNAVAILABLE`.
   */
  static async open(spec: SessionSpec): Promise<ModelSession> {
    const { provider = "cpu" } = spec;
    const session = new ModelSession(loadRuntime(), spec, provider);
    session.stamp = await stampOf(path.join(spec.folder, towerFile("text", spec.dtypes.text)));
    if (provider !== "cpu") {
      try {
        await session.tryBoth();
        return session;
      } catch (thrown) {
        await session.dispose();
        session.refusal = reasonOf(thrown);
        session.provider = "cpu";
      }
    }
    await session.openVision();
    return session;
  }

  async dispose(): Promise<void> {
    const { text, vision } = this;
    this.text = null;
    this.vision = null;
    await text?.dispose();
    await vision?.dispose();
  }

  /** Tokens before truncation, special ones included. */
  async count(texts: readonly string[]): Promise<number[]> {
    const tokenizer = await this.openTokenizer();
    return texts.map((text) => tokenizer.count(text));
  }

  /** Rows of ids as the text tower wants them. */
  async tokenize(texts: readonly string[]): Promise<number[][]> {
    const tokenizer = await this.openTokenizer();
    return texts.map((text) => tokenizer.tokenize(text));
  }

  /**
   * Unit vectors one after another. `alone`: one text a run, so that a text's vector is its own. It
   * is half as fast, but paid once a text: the same text has the same vector on every day and in
   * every vocabulary.
   */
  async embedTexts(texts: readonly string[], alone: boolean): Promise<Float32Array> {
    const rows = await this.tokenize(texts);
    const parts: Float32Array[] = new Array<Float32Array>(texts.length);
    for (const batch of groupRows(rows, alone ? 1 : BATCH_TEXTS)) {
      const flat = await this.runTexts(batch.map((index) => rows[index] ?? []));
      const dims = flat.length / batch.length;
      for (const [row, index] of batch.entries()) {
        parts[index] = flat.subarray(row * dims, (row + 1) * dims);
      }
    }
    return joinUnitVectors(parts, this.spec.folder);
  }

  /** @param bytes [height, width, 3] */
  async embedImage(bytes: Uint8Array, width: number, height: number): Promise<ImageAnswer> {
    const { vision, normalise } = this;
    if (!vision || !normalise) throw this.unusable("image", IMAGE_OUTPUTS, []);
    const tensor = new this.runtime.Tensor("float32", normalise(bytes), [1, 3, height, width]);
    const wanted = [...IMAGE_OUTPUTS, FEATURES, LOGITS];
    const outputs = await this.run(vision, { pixel_values: tensor }, wanted);
    const raw = firstOf(outputs, IMAGE_OUTPUTS);
    const features = outputs.get(FEATURES) ?? raw;
    const logits = outputs.get(LOGITS);
    if (!raw && !logits) throw this.unusable("image", IMAGE_OUTPUTS, vision.outputNames);
    await this.restText();
    return {
      embedding: raw ? joinUnitVectors([raw], this.spec.folder) : null,
      features: features ? joinUnitVectors([features], this.spec.folder) : null,
      logits: logits ?? null,
    };
  }

  private async tryBoth(): Promise<void> {
    await this.openVision();
    await this.embedTexts(["a photo"], true);
    const { pixelSpec } = this.spec;
    const size = pixelSpec && pixelSize(pixelSpec);
    if (!this.vision || !size) return;
    const { width, height } = size;
    await this.embedImage(new Uint8Array(3 * width * height).fill(128), width, height);
  }

  private async openVision(): Promise<void> {
    const { vision } = this.spec.dtypes;
    if (vision) this.vision = await this.load(() => this.openGraph(towerFile("vision", vision)));
  }

  private async openText(): Promise<Graph> {
    if (this.text) return this.text;
    const { folder, dtypes } = this.spec;
    const file = towerFile("text", dtypes.text);
    const stamp = await stampOf(path.join(folder, file));
    if (stamp !== this.stamp) {
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.file-replaced", { file, folder });
    }
    return (this.text = await this.load(() => this.openGraph(file)));
  }

  /** What has shown that it can be loaded is loaded again: on the CPU alone that is sure. */
  private async restText(): Promise<void> {
    const { text } = this;
    const idle = performance.now() - this.lastText;
    if (!text || this.provider !== "cpu" || idle < (this.spec.textRestMs ?? TEXT_REST_MS)) return;
    this.text = null;
    this.tokenizer = null;
    await text.dispose();
  }

  private async openTokenizer(): Promise<TextTokenizer> {
    const { folder } = this.spec;
    this.lastText = performance.now();
    return (this.tokenizer ??= await this.load(() => TextTokenizer.open(folder, this.spec)));
  }

  private async openGraph(file: string): Promise<Graph> {
    const { folder, threads } = this.spec;
    return Graph.open(this.runtime, path.join(folder, file), { threads, provider: this.provider });
  }

  private async load<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof TlacError) throw thrown;
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.load-failed", {
        folder: this.spec.folder,
        reason: toError(thrown).message,
      });
    }
  }

  /** Rows of one length, so that nothing is padded and no mask matters. */
  private async runTexts(rows: readonly (readonly number[])[]): Promise<Float32Array> {
    const shape = [rows.length, rows[0]?.length ?? 0];
    const { Tensor } = this.runtime;
    const ids = BigInt64Array.from(rows.flat(), BigInt);
    const inputs = {
      input_ids: new Tensor("int64", ids, shape),
      attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
      token_type_ids: new Tensor("int64", new BigInt64Array(ids.length), shape),
    };
    const graph = await this.openText();
    const output = firstOf(await this.run(graph, inputs, TEXT_OUTPUTS), TEXT_OUTPUTS);
    if (!output) throw this.unusable("text", TEXT_OUTPUTS, graph.outputNames);
    return output;
  }

  private async run(graph: Graph, ...call: Parameters<Graph["run"]>): Promise<Outputs> {
    try {
      return await graph.run(...call);
    } catch (thrown) {
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.run-failed", {
        folder: this.spec.folder,
        reason: toError(thrown).message,
      });
    }
  }

  private unusable(
    tower: string,
    expected: readonly string[],
    actual: readonly string[],
  ): TlacError {
    return new TlacError("EMBEDDER_UNAVAILABLE", "clip.unusable-outputs", {
      folder: this.spec.folder,
      tower,
      expected: expected.join(" / "),
      actual: actual.join(", ") || "–",
    });
  }
}

/** Size and time of change; undefined where there is no such file. */
async function stampOf(file: string): Promise<string | undefined> {
  return stat(file).then(
    ({ size, mtimeMs }) => `${String(size)} ${String(mtimeMs)}`,
    () => undefined,
  );
}

function firstOf(outputs: Outputs, names: readonly string[]): Float32Array | undefined {
  return names.map((name) => outputs.get(name)).find((output) => output !== undefined);
}

function reasonOf(thrown: unknown): string {
  const reason = thrown instanceof TlacError ? thrown.params.reason : undefined;
  return typeof reason === "string" ? reason : toError(thrown).message;
}

/** Indices of rows of equal length, at most `size` together. */
function groupRows(rows: readonly (readonly number[])[], size: number): number[][] {
  const byLength = new Map<number, number[]>();
  for (const [index, row] of rows.entries()) {
    const group = byLength.get(row.length);
    if (group) group.push(index);
    else byLength.set(row.length, [index]);
  }
  return [...byLength.values()].flatMap((group) => {
    const batches: number[][] = [];
    for (let i = 0; i < group.length; i += size) batches.push(group.slice(i, i + size));
    return batches;
  });
}

function joinUnitVectors(vectors: readonly Float32Array[], folder: string): Float32Array {
  const dims = vectors[0]?.length ?? 0;
  const joined = new Float32Array(dims * vectors.length);
  for (const [index, vector] of vectors.entries()) {
    joined.set(vector, index * dims);
    if (!normalizeVector(joined.subarray(index * dims, (index + 1) * dims))) {
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.no-direction", { folder });
    }
  }
  return joined;
}
