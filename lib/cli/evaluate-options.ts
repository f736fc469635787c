import { CONTENDERS, type ContenderName } from "../evaluation/contenders";
import { SUBSETS, type LabelOptions, type Subset } from "../evaluation/labels/labelled-set";
import type { ApplyCommand } from "./apply-proposals";
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
  /** What to do with the proposals; null: only tell them. */
  readonly apply: ApplyCommand | null;
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
  apply: { type: "string" },
  "write-vocabulary": { type: "string" },
  "write-examples": { type: "string" },
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
    apply: readApply(values.apply, {
      vocabulary: values["write-vocabulary"],
      examples: values["write-examples"],
    }),
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

/** "1,3", or "all", and where to. */
function readApply(
  value: string | undefined,
  targets: Omit<ApplyCommand, "numbers">,
): ApplyCommand | null {
  const hasTarget = Object.values(targets).some((target) => target !== undefined);
  if (value === undefined && !hasTarget) return null;
  if (value === undefined || !hasTarget) throw new UsageError("evaluation.apply-usage");
  if (value.trim() === "all") return { numbers: "all", ...targets };
  const numbers = value.split(",").map((part) => {
    if (/^\s*[1-9]\d{0,2}\s*$/.test(part)) return Number(part);
    throw new UsageError("evaluation.apply-list", { value });
  });
  return { numbers, ...targets };
}
