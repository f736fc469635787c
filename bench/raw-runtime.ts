import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";

const STARTER = path.resolve("models/starter");

/**
 * Idle threads of a session spin for a while after each run. With two sides in one process that
 * take turns, the spinning of one would be measured as the slowness of the other.
 */
export const NO_SPINNING = { extra: { session: { intra_op: { allow_spinning: "0" } } } };

/** The text tower of the starter on the bare runtime: what nothing of ours can be faster than. */
export interface RawTextModel {
  embed(texts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens it in this thread, with the tokenizer of transformers.js. */
export async function openRawTextModel(): Promise<RawTextModel> {
  const { AutoTokenizer } = await import("@huggingface/transformers");
  const ort = await import("onnxruntime-node");
  const tokenizer = await AutoTokenizer.from_pretrained(STARTER, { local_files_only: true });
  const file = readdirSync(path.join(STARTER, "onnx")).find((name) =>
    name.startsWith("text_model"),
  );
  const session = await ort.InferenceSession.create(path.join(STARTER, "onnx", file ?? ""), {
    intraOpNumThreads: availableParallelism(),
    ...NO_SPINNING,
  });
  return {
    async embed(texts) {
      const encoded = tokenizer([...texts], {
        padding: true,
        truncation: true,
        max_length: 128,
      }) as Record<string, { data: BigInt64Array; dims: number[] }>;
      const feeds = Object.fromEntries(
        session.inputNames.flatMap((name) => {
          const tensor = encoded[name];
          return tensor ? [[name, new ort.Tensor("int64", tensor.data, tensor.dims)]] : [];
        }),
      );
      await session.run(feeds);
    },
    close: () => session.release(),
  };
}
