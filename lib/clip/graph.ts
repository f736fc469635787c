import type { InferenceSession, Tensor } from "onnxruntime-node";

import type { Runtime } from "./load-runtime";
import type { Provider } from "./provider";

export interface GraphOptions {
  readonly threads: number;
  readonly provider: Provider;
}

/** Flat numbers of an output that was asked for by name; undefined where the graph has none. */
export type Outputs = ReadonlyMap<string, Float32Array>;

/** An ONNX graph in this thread's memory. Loading and running hold the thread. */
export class Graph {
  private constructor(private readonly session: InferenceSession) {}

  /** Weights beside the file (`….onnx_data`) are found by the runtime. Rejects with its error. */
  static async open(
    { InferenceSession }: Runtime,
    file: string,
    { threads, provider }: GraphOptions,
  ): Promise<Graph> {
    const session = await InferenceSession.create(file, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Spinning burns a third more CPU for no gain, in a process that has other things to do.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    return new Graph(session);
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  /**
   * Gives the graph those of `inputs` that it declares, and returns those of `wanted` that it has.
   * Rejects with the runtime's error.
   */
  async run(inputs: Readonly<Record<string, Tensor>>, wanted: readonly string[]): Promise<Outputs> {
    const { inputNames, outputNames } = this.session;
    const feeds = Object.entries(inputs).filter(([name]) => inputNames.includes(name));
    const fetches = wanted.filter((name) => outputNames.includes(name));
    if (fetches.length === 0) return new Map();
    const outputs = await this.session.run(Object.fromEntries(feeds), fetches);
    return new Map(fetches.map((name) => [name, toFloats(outputs[name])]));
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}

function toFloats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.type === "float32") return new Float32Array(tensor.data as Float32Array);
  throw new Error(`float32 expected, ${tensor?.type ?? "nothing"} came`);
}
