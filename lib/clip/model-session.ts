import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from "@huggingface/transformers";

import { TlacError, toError } from "../errors";
import { pixelSize } from "../frame/pixel-spec";
import type { Dtype } from "./dtype";
import { FAMILIES, truncateIds } from "./family";
import type { ImageAnswer, SessionSpec } from "./inference-messages";
import { loadTransformers, type Transformers } from "./load-transformers";
import { createNormaliser } from "./normalise-pixels";
import type { Provider } from "./provider";
import { normalizeVector } from "./vector";

/**
 * More texts a run gain nothing on a CPU and hold everybody else up. At 32, texts of mixed lengths
 * end in small groups, which cost 15 % of the speed of the bare runtime.
 */
const BATCH_TEXTS = 64;

const TEXT_OUTPUTS = ["text_embeds", "pooler_output"];
const IMAGE_OUTPUTS = ["image_embeds", "pooler_output"];
/** Pooled features of the picture, where the graph has them beside the vector for texts. */
const FEATURES = "image_features";
const LOGITS = "logits";

interface GraphSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

type Outputs = Readonly<Record<string, Tensor | undefined>>;

/** One model in this thread's memory. Calls must not overlap. */
export class ModelSession {
  /** Length of a text's vector, which no config file says reliably. */
  dims = 0;
  /** Why the CPU took the place of the wanted provider; null where it did not. */
  refusal: string | null = null;
  private readonly normalise: ((bytes: Uint8Array) => Float32Array) | null;

  private constructor(
    private readonly library: Transformers,
    private readonly spec: SessionSpec,
    private readonly tokenizer: PreTrainedTokenizer,
    private readonly text: PreTrainedModel,
    private readonly vision: PreTrainedModel | null,
  ) {
    this.normalise = spec.pixelSpec && createNormaliser(spec.pixelSpec);
  }

  /**
   * Loads tokenizer and towers, and tries them; what the wanted provider cannot, the CPU does.
   * Throws `EMBEDDER_UNAVAILABLE`.
   */
  static async open(spec: SessionSpec): Promise<ModelSession> {
    const library = await loadTransformers();
    const { provider = "cpu" } = spec;
    if (provider === "cpu") return ModelSession.openOn(library, spec, "cpu");
    try {
      return await ModelSession.openOn(library, spec, provider);
    } catch (thrown) {
      const session = await ModelSession.openOn(library, spec, "cpu");
      session.refusal = reasonOf(thrown);
      return session;
    }
  }

  private static async openOn(
    library: Transformers,
    spec: SessionSpec,
    provider: Provider,
  ): Promise<ModelSession> {
    const session = await ModelSession.load(library, spec, provider);
    try {
      session.dims = (await session.embedTexts(["a photo"])).length;
      // Only the CPU runs whatever it has loaded.
      if (provider !== "cpu") await session.tryImage();
      return session;
    } catch (thrown) {
      await session.dispose();
      throw thrown;
    }
  }

  private static async load(
    library: Transformers,
    spec: SessionSpec,
    provider: Provider,
  ): Promise<ModelSession> {
    const { folder, dtypes } = spec;
    const opened: PreTrainedModel[] = [];
    const open = async (file: string, dtype: Dtype): Promise<PreTrainedModel> => {
      const tower = await openTower(library, spec, file, dtype, provider);
      opened.push(tower);
      return tower;
    };
    try {
      const tokenizer = await library.AutoTokenizer.from_pretrained(folder, {
        local_files_only: true,
      });
      const text = await open("text_model", dtypes.text);
      const vision = dtypes.vision ? await open("vision_model", dtypes.vision) : null;
      return new ModelSession(library, spec, tokenizer, text, vision);
    } catch (thrown) {
      await Promise.all(opened.map((tower) => tower.dispose()));
      const params = { folder, reason: toError(thrown).message };
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.load-failed", params);
    }
  }

  private async tryImage(): Promise<void> {
    const { pixelSpec } = this.spec;
    const size = pixelSpec && pixelSize(pixelSpec);
    if (!this.vision || !size) return;
    const { width, height } = size;
    await this.embedImage(new Uint8Array(3 * width * height).fill(128), width, height);
  }

  async dispose(): Promise<void> {
    await this.text.dispose();
    await this.vision?.dispose();
  }

  /** Tokens before truncation, special ones included. */
  count(texts: readonly string[]): number[] {
    return texts.map((text) => this.encode(text).length);
  }

  /** Unit vectors one after another. */
  async embedTexts(texts: readonly string[]): Promise<Float32Array> {
    const rows = this.tokenize(texts);
    const parts: Float32Array[] = new Array<Float32Array>(texts.length);
    // One by one is half as fast, but paid once a text: the same text has the same vector on every
    // day and in every vocabulary.
    for (const batch of groupRows(rows, this.spec.batchMatters ? 1 : BATCH_TEXTS)) {
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
    if (!this.vision || !this.normalise) throw this.unusable("image", IMAGE_OUTPUTS, []);
    const planes = this.normalise(bytes);
    const tensor = new this.library.Tensor("float32", planes, [1, 3, height, width]);
    const outputs = await this.run(this.vision, { pixel_values: tensor });
    const raw = IMAGE_OUTPUTS.map((name) => outputs[name]).find((output) => output !== undefined);
    const features = outputs[FEATURES] ?? raw;
    const logits = outputs[LOGITS];
    if (!raw && !logits) throw this.unusable("image", IMAGE_OUTPUTS, Object.keys(outputs));
    return {
      embedding: raw ? joinUnitVectors([toFloats(raw)], this.spec.folder) : null,
      features: features ? joinUnitVectors([toFloats(features)], this.spec.folder) : null,
      logits: logits ? toFloats(logits) : null,
    };
  }

  /** Rows of ids as the text tower wants them. */
  tokenize(texts: readonly string[]): number[][] {
    const { maxTokens, family } = this.spec;
    const closing = this.closingId();
    return texts.map((text) => {
      const ids = truncateIds(this.encode(text), maxTokens, closing);
      if (!FAMILIES[family].padToEnd) return ids;
      // Declared as a number, but a tokenizer may have none.
      const pad = this.tokenizer.pad_token_id as number | undefined;
      const padding = pad ?? closing ?? 0;
      return [...ids, ...new Array<number>(maxTokens - ids.length).fill(padding)];
    });
  }

  private encode(text: string): number[] {
    return this.tokenizer.encode(FAMILIES[this.spec.family].lowercase ? text.toLowerCase() : text);
  }

  /** The id that ends every text; null where the tokenizer sets none. */
  private closingId(): number | null {
    return this.tokenizer.encode("").at(-1) ?? null;
  }

  /** Rows of one length, so that nothing is padded and no mask matters. */
  private async runTexts(rows: readonly (readonly number[])[]): Promise<Float32Array> {
    const shape = [rows.length, rows[0]?.length ?? 0];
    const { Tensor } = this.library;
    const ids = BigInt64Array.from(rows.flat(), BigInt);
    const outputs = await this.run(this.text, {
      input_ids: new Tensor("int64", ids, shape),
      attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
      token_type_ids: new Tensor("int64", new BigInt64Array(ids.length), shape),
    });
    const output = TEXT_OUTPUTS.map((name) => outputs[name]).find((tensor) => tensor !== undefined);
    if (!output) throw this.unusable("text", TEXT_OUTPUTS, Object.keys(outputs));
    return toFloats(output);
  }

  /** Gives the graph those of `inputs` that it declares. */
  private async run(
    model: PreTrainedModel,
    inputs: Readonly<Record<string, Tensor>>,
  ): Promise<Outputs> {
    const { inputNames } = graphOf(model);
    const declared = Object.entries(inputs).filter(([name]) => inputNames.includes(name));
    try {
      return (await model(Object.fromEntries(declared))) as Outputs;
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

async function openTower(
  library: Transformers,
  spec: SessionSpec,
  file: string,
  dtype: Dtype,
  provider: Provider,
): Promise<PreTrainedModel> {
  // The class decides nothing that we use: file name and output names do.
  return library.CLIPTextModelWithProjection.from_pretrained(spec.folder, {
    local_files_only: true,
    model_file_name: file,
    dtype,
    device: provider,
    session_options: {
      intraOpNumThreads: spec.threads,
      interOpNumThreads: 1,
      // Spinning burns a third more CPU for no gain, in a process that has other things to do.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    },
  });
}

function reasonOf(thrown: unknown): string {
  const reason = thrown instanceof TlacError ? thrown.params.reason : undefined;
  return typeof reason === "string" ? reason : toError(thrown).message;
}

function graphOf(model: PreTrainedModel): GraphSession {
  const { model: session } = model.sessions as Readonly<Record<string, GraphSession | undefined>>;
  return session ?? { inputNames: [], outputNames: [] };
}

function toFloats(tensor: Tensor): Float32Array {
  // The constructor copies a typed array at once; `from` goes number by number.
  return new Float32Array(tensor.data as ArrayLike<number>);
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
