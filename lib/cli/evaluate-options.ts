import { CONTENDERS, type ContenderName } from "../evaluation/contenders";
import { SUBSETS, type LabelOptions, type Subset } from "../evaluation/labels/labelled-set";
import {
  MODEL_OPTIONS,
  parseOptions,
  readModelCommand,
  readVocabularySource,
  type ModelCommand,
  type VocabularySource,
} from "./model-options";
import { UsageError } from "./usage-error";

/** What `tlac evaluate` was asked for. */
export interface EvaluateCommand extends ModelCommand {
  /** Folder or list of labelled photos. */
  readonly place: string;
  /** Whether a mode was named; else a record tells how it was decided. */
  readonly isModeNamed: boolean;
  /** Undefined: the labels are the classes. */
  readonly vocabulary: VocabularySource | undefined;
  readonly labels: LabelOptions;
  readonly contenders: readonly ContenderName[];
  /** Path of the report without its extension. */
  readonly out: string;
}

const OPTIONS = {
  ...MODEL_OPTIONS,
  names: { type: "string" },
  images: { type: "string" },
  split: { type: "string" },
  subset: { type: "string" },
  "of-vocabulary": { type: "string" },
  compare: { type: "string" },
  out: { type: "string" },
} as const;

const DEFAULT_OUT = "tlac-report";

/** Reads the arguments behind `tlac evaluate`; null asks for help. Throws `UsageError`. */
export function readEvaluateOptions(args: readonly string[]): EvaluateCommand | null {
  const { values, positionals } = parseOptions(args, OPTIONS);
  if (values.help || args.length === 0) return null;
  const [place, ...others] = positionals;
  if (place === undefined || others.length > 0) throw new UsageError("evaluation.one-place");
  const { names, images, split } = values;
  return {
    ...readModelCommand(values),
    place,
    isModeNamed: values.mode !== undefined,
    vocabulary: readVocabularySource(values),
    labels: {
      ...{ names, images, split },
      subset: readSubset(values.subset),
      ofVocabulary: values["of-vocabulary"],
    },
    contenders: readContenders(values.compare),
    out: (values.out ?? DEFAULT_OUT).replace(/\.(?:html|json|csv)$/i, ""),
  };
}

function readSubset(value: string | undefined): Subset | undefined {
  if (value === undefined) return undefined;
  const subset = SUBSETS.find((known) => known === value);
  if (subset) return subset;
  throw new UsageError("evaluation.bad-subset", { value, choices: SUBSETS.join(", ") });
}

/** "clip,slac", or "all". */
function readContenders(value: string | undefined): ContenderName[] {
  if (value === undefined) return [];
  if (value.trim() === "all") return [...CONTENDERS];
  return value.split(",").map((part) => {
    const name = CONTENDERS.find((known) => known === part.trim());
    if (name) return name;
    throw new UsageError("evaluation.bad-contender", {
      value: part.trim(),
      choices: CONTENDERS.join(", "),
    });
  });
}
