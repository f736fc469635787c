import {
  MODEL_OPTIONS,
  parseOptions,
  readModelCommand,
  readVocabularySource,
  type ModelCommand,
  type VocabularySource,
} from "./model-options";
import { UsageError } from "./usage-error";

/** What `tlac classify` was asked for. */
export interface ClassifyCommand extends ModelCommand {
  readonly places: readonly string[];
  readonly vocabulary: VocabularySource;
  readonly json: boolean;
}

/** What `tlac calibrate` was asked for. */
export interface CalibrateCommand extends ModelCommand {
  readonly vocabulary: VocabularySource;
  /** Folder or list of labelled pictures. */
  readonly labelled: string;
  /** File to write. */
  readonly out: string;
}

export type Command =
  | ({ readonly name: "classify" } & ClassifyCommand)
  | ({ readonly name: "calibrate" } & CalibrateCommand);

const OPTIONS = { ...MODEL_OPTIONS, out: { type: "string" }, json: { type: "boolean" } } as const;

/** Reads the arguments behind `tlac`; null asks for help. Throws `UsageError`. */
export function readOptions(args: readonly string[]): Command | null {
  const { values, positionals } = parseOptions(args, OPTIONS);
  if (values.help || args.length === 0) return null;
  const [name = "", ...places] = positionals;
  if (name !== "classify" && name !== "calibrate") {
    throw new UsageError("cli.unknown-command", { command: name });
  }
  const [first] = places;
  if (first === undefined) throw new UsageError("cli.no-files");
  const vocabulary = readVocabularySource(values);
  if (!vocabulary) throw new UsageError("cli.no-classes");
  const settings = { ...readModelCommand(values), vocabulary };
  if (name === "classify") return { name, ...settings, places, json: values.json ?? false };
  if (values.out === undefined || places.length > 1) throw new UsageError("cli.calibrate-usage");
  return { name, ...settings, labelled: first, out: values.out };
}
