import path from "node:path";

import { readdirSync } from "node:fs";

const STARTER = path.resolve("models/starter");

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
    intraOpNumThreads: 2,
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
