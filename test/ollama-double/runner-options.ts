import { badOptionType } from "./errors";

type OptionType = "integer" | "float32" | "boolean" | "array";

const OPTION_TYPES: Readonly<Record<string, OptionType>> = {
  num_ctx: "integer",
  num_batch: "integer",
  num_gpu: "integer",
  main_gpu: "integer",
  num_thread: "integer",
  draft_num_predict: "integer",
  use_mmap: "boolean",
  num_keep: "integer",
  seed: "integer",
  num_predict: "integer",
  top_k: "integer",
  top_p: "float32",
  min_p: "float32",
  typical_p: "float32",
  repeat_last_n: "integer",
  temperature: "float32",
  repeat_penalty: "float32",
  presence_penalty: "float32",
  frequency_penalty: "float32",
  stop: "array",
};

/** A change of one of these reloads the model. */
const RELOADING = [
  ...["num_ctx", "num_batch", "num_gpu", "main_gpu"],
  ...["use_mmap", "num_thread", "draft_num_predict"],
];

/** Vision models never get less. */
const LEAST_VISION_CTX = 2048;

/** Throws the 500 for a known option of the wrong type; unknown ones are ignored. */
export function checkOptions(options: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(options)) {
    const type = OPTION_TYPES[key];
    if (type === undefined || value === null) continue;
    const good =
      type === "array"
        ? Array.isArray(value)
        : typeof value === (type === "boolean" ? "boolean" : "number");
    if (!good) throw badOptionType(key, type);
  }
}

/** A whole number, truncated as Go does; undefined where it is not set. */
export function readInteger(
  options: Readonly<Record<string, unknown>>,
  key: string,
): number | undefined {
  const value = options[key];
  return typeof value === "number" ? Math.trunc(value) : undefined;
}

/** What a runner is loaded with. */
export interface RunnerOptions {
  /** Tokens. */
  readonly numCtx: number;
  /** Equal keys share a runner. */
  readonly key: string;
}

/** Reads what decides about a reload. */
export function readRunnerOptions(
  options: Readonly<Record<string, unknown>>,
  defaultNumCtx: number,
  model: { readonly contextLength: number; readonly capabilities: readonly string[] },
): RunnerOptions {
  const asked = readInteger(options, "num_ctx") ?? defaultNumCtx;
  const least = model.capabilities.includes("vision") ? LEAST_VISION_CTX : 1;
  const numCtx = Math.min(Math.max(asked, least), model.contextLength);
  const rest = RELOADING.slice(1).map((key) => options[key] ?? null);
  return { numCtx, key: JSON.stringify([numCtx, ...rest]) };
}
