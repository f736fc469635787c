import { parseArgs } from "node:util";

import { KNOBS, toKnob, type Knob } from "../confidence/knob";
import { toError } from "../errors";
import { MODES, type Mode } from "../tlac/result";
import { UsageError } from "./usage-error";

/** What `tlac classify` was asked for. */
export interface ClassifyCommand {
  readonly places: readonly string[];
  /** Class list as text, or the file that holds the vocabulary. */
  readonly vocabulary: { readonly text: string } | { readonly file: string };
  readonly mode: Mode;
  readonly model: string;
  readonly lmm: { readonly host: string; readonly model: string } | null;
  readonly prompt: string | undefined;
  /** Folder of class folders with confirmed pictures. */
  readonly examples: string | undefined;
  readonly accept: Knob | undefined;
  /** File of what labelled photos have shown. */
  readonly calibration: string | undefined;
  readonly threshold: number | undefined;
  readonly margin: number | undefined;
  readonly offline: boolean;
  readonly cacheDir: string | undefined;
  readonly json: boolean;
}

/** What `tlac calibrate` was asked for. */
export interface CalibrateCommand extends Omit<ClassifyCommand, "places" | "json"> {
  /** Folder or list of labelled pictures. */
  readonly labelled: string;
  /** File to write. */
  readonly out: string;
}

export type Command =
  | ({ readonly name: "classify" } & ClassifyCommand)
  | ({ readonly name: "calibrate" } & CalibrateCommand);

/** Reads the arguments behind `tlac`; null asks for help. Throws `UsageError`. */
export function readOptions(args: readonly string[]): Command | null {
  const { values, positionals } = parse(args);
  if (values.help || args.length === 0) return null;
  const [name = "", ...places] = positionals;
  if (name !== "classify" && name !== "calibrate") {
    throw new UsageError("cli.unknown-command", { command: name });
  }
  const [first] = places;
  if (first === undefined) throw new UsageError("cli.no-files");
  const settings = readSettings(values);
  if (name === "classify") return { name, ...settings, places, json: values.json ?? false };
  if (values.out === undefined || places.length > 1) throw new UsageError("cli.calibrate-usage");
  return { name, ...settings, labelled: first, out: values.out };
}

function readSettings(
  values: ReturnType<typeof parse>["values"],
): Omit<ClassifyCommand, "places" | "json"> {
  return {
    vocabulary: readVocabulary(values.classes, values.vocabulary),
    mode: readMode(values.mode ?? (values.lmm === undefined ? "slac" : "cascade")),
    model: values.model ?? "starter",
    lmm: readLmm(values.lmm, values["model-lmm"]),
    prompt: values.prompt,
    examples: values.examples,
    accept: readAccept(values.accept),
    calibration: values.calibration,
    threshold: readCosine("threshold", values.threshold),
    margin: readCosine("margin", values.margin),
    offline: values.offline ?? false,
    cacheDir: values["cache-dir"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        classes: { type: "string" },
        vocabulary: { type: "string" },
        mode: { type: "string" },
        model: { type: "string" },
        lmm: { type: "string" },
        "model-lmm": { type: "string" },
        prompt: { type: "string" },
        examples: { type: "string" },
        accept: { type: "string" },
        calibration: { type: "string" },
        out: { type: "string" },
        threshold: { type: "string" },
        margin: { type: "string" },
        offline: { type: "boolean" },
        "cache-dir": { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (thrown) {
    throw new UsageError("cli.bad-option", { reason: toError(thrown).message });
  }
}

function readVocabulary(
  text: string | undefined,
  file: string | undefined,
): ClassifyCommand["vocabulary"] {
  if (text !== undefined && file !== undefined) throw new UsageError("cli.two-vocabularies");
  if (text !== undefined) return { text };
  if (file !== undefined) return { file };
  throw new UsageError("cli.no-classes");
}

function readMode(value: string): Mode {
  const mode = MODES.find((known) => known === value);
  if (!mode) throw new UsageError("cli.bad-mode", { mode: value, modes: MODES.join(", ") });
  return mode;
}

function readLmm(host: string | undefined, model: string | undefined): ClassifyCommand["lmm"] {
  if (host === undefined) return null;
  if (!model) throw new UsageError("cli.needs-lmm-model");
  return { host, model };
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
