import { parseArgs, type ParseArgsConfig } from "node:util";

import { KNOBS, toKnob, type Knob } from "../confidence/knob";
import { toError } from "../errors";
import { ENGINES } from "../lmm/engine-kinds";
import type { EngineSettings } from "../lmm/engines";
import { MODES, type Mode } from "../tlac/result";
import { UsageError } from "./usage-error";

/** What photos are judged with, whatever is done with the results. */
export interface ModelCommand {
  readonly mode: Mode;
  readonly model: string;
  /** Null: the built-in recogniser. */
  readonly lmm: EngineSettings | null;
  readonly prompt: string | undefined;
  /** Folder of class folders with confirmed pictures. */
  readonly examples: string | undefined;
  /** A cascade asks the LMM about every photo. */
  readonly askAlways: boolean;
  readonly accept: Knob | undefined;
  /** File of what labelled photos have shown. */
  readonly calibration: string | undefined;
  readonly threshold: number | undefined;
  readonly margin: number | undefined;
  readonly offline: boolean;
  readonly cacheDir: string | undefined;
}

/** Class list as text, or the file that holds the vocabulary. */
export type VocabularySource = { readonly text: string } | { readonly file: string };

/** Options of every command that judges photos. */
export const MODEL_OPTIONS = {
  classes: { type: "string" },
  vocabulary: { type: "string" },
  mode: { type: "string" },
  model: { type: "string" },
  lmm: { type: "string" },
  "model-lmm": { type: "string" },
  engine: { type: "string" },
  prompt: { type: "string" },
  examples: { type: "string" },
  "ask-always": { type: "boolean" },
  accept: { type: "string" },
  calibration: { type: "string" },
  threshold: { type: "string" },
  margin: { type: "string" },
  offline: { type: "boolean" },
  "cache-dir": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

type ModelValues = Parsed<typeof MODEL_OPTIONS>["values"];

type Parsed<T extends NonNullable<ParseArgsConfig["options"]>> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: T }>
>;

/** Arguments as options and the rest. Throws `UsageError`. */
export function parseOptions<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
): Parsed<T> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (thrown) {
    throw new UsageError("cli.bad-option", { reason: toError(thrown).message });
  }
}

export function readModelCommand(values: ModelValues): ModelCommand {
  return {
    mode: readMode(values.mode ?? (values.lmm === undefined ? "slac" : "cascade")),
    model: values.model ?? "starter",
    lmm: readLmm(values),
    prompt: values.prompt,
    examples: values.examples,
    askAlways: values["ask-always"] ?? false,
    accept: readAccept(values.accept),
    calibration: values.calibration,
    threshold: readCosine("threshold", values.threshold),
    margin: readCosine("margin", values.margin),
    offline: values.offline ?? false,
    cacheDir: values["cache-dir"],
  };
}

/** Undefined where neither is given. */
export function readVocabularySource({
  classes: text,
  vocabulary: file,
}: ModelValues): VocabularySource | undefined {
  if (text !== undefined && file !== undefined) throw new UsageError("cli.two-vocabularies");
  if (text !== undefined) return { text };
  return file === undefined ? undefined : { file };
}

function readMode(value: string): Mode {
  const mode = MODES.find((known) => known === value);
  if (!mode) throw new UsageError("cli.bad-mode", { mode: value, modes: MODES.join(", ") });
  return mode;
}

/** The key that a server wants stands in no command line, where everybody could read it. */
const KEY_VARIABLE = "TLAC_LMM_KEY";

function readLmm(values: ModelValues): EngineSettings | null {
  const { lmm: host, "model-lmm": model, engine: kind } = values;
  if (host === undefined) {
    if (kind !== undefined) throw new UsageError("cli.needs-lmm");
    return null;
  }
  if (!model) throw new UsageError("cli.needs-lmm-model");
  const engine = ENGINES.find((known) => known === (kind ?? "ollama"));
  if (!engine) {
    throw new UsageError("cli.bad-engine", { value: kind ?? "", choices: ENGINES.join(", ") });
  }
  const apiKey = process.env[KEY_VARIABLE];
  return { engine, host, model, ...(apiKey ? { apiKey } : {}) };
}

function readAccept(value: string | undefined): Knob | undefined {
  if (value === undefined) return undefined;
  const knob = toKnob(value);
  if (knob !== undefined) return knob;
  throw new UsageError("cli.bad-accept", { value, choices: KNOBS.join(", ") });
}

function readCosine(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === "" || !(number >= -1 && number <= 1)) {
    throw new UsageError("cli.bad-number", { option, value });
  }
  return number;
}
