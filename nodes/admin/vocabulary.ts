import type { NodeAPI } from "node-red";

import { isRecord } from "../../lib/basics/is-record";
import type { Embedder } from "../../lib/clip/embedder";
import { TlacError } from "../../lib/errors";
import { readFrames } from "../../lib/frame/read-frames";
import { translate } from "../../lib/i18n/catalogue";
import { Recogniser } from "../../lib/lmm/recogniser";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { classifyFrame, classifyWords } from "../../lib/tlac/classify";
import type { Result } from "../../lib/tlac/result";
import { decodeText } from "../../lib/vocabulary/decode-text";
import {
  formatRow,
  formatVocabularyCsv,
  type TextRow,
} from "../../lib/vocabulary/format-vocabulary";
import { addGlossaryNames } from "../../lib/vocabulary/glossary/add-glossary-names";
import { lintVocabulary } from "../../lib/vocabulary/lint-vocabulary";
import {
  parseVocabulary,
  readVocabulary,
  type Reading,
} from "../../lib/vocabulary/parse-vocabulary";
import type { ClassInput, VocabularyClass } from "../../lib/vocabulary/vocabulary";
import { readText } from "../runtime/settings/read-settings";
import { readTemplate } from "../runtime/settings/read-template";
import { readWords } from "../runtime/input/read-words";
import { dropMadeIds } from "./drop-made-ids";
import { serveExamples } from "./examples";
import { serveLearned } from "./learned";
import { withModel } from "./lend-model";
import { OneAtATime } from "./one-at-a-time";
import { reply, toComplaint, type Call } from "./reply";
import { serveSuggestions } from "./suggestions";
import { suggestFixes, takeAll, takeGlossary, type Fix, type Proposals } from "./vocabulary-fixes";

/** `POST /tlac/vocabulary/text`: what a file holds, in whatever encoding it came. */
export interface TextAnswer {
  readonly text: string;
}

/** `POST /tlac/vocabulary/open`: what a stored text holds. */
export interface OpenAnswer {
  readonly classes: readonly VocabularyClass[];
  /** The same as cells of the dialog's table. */
  readonly rows: readonly TextRow[];
}

/** `POST /tlac/vocabulary/parse`: what a new text holds; `id` is empty where the text has none. */
export interface ParseAnswer {
  readonly classes: readonly ClassInput[];
  readonly rows: readonly TextRow[];
  /** What was guessed or left out. */
  readonly notes: readonly string[];
}

/** `POST /tlac/vocabulary/lint`: what will go wrong, by row, with a table's rows or any text. */
export interface LintAnswer {
  /** Why nothing can be used yet, and the cell that is wrong; `row` null: it is about the whole. */
  readonly wrong: {
    readonly message: string;
    readonly row: number | null;
    readonly column: "label" | "accept" | "threshold";
  } | null;
  readonly findings: readonly {
    readonly kind: string;
    readonly rows: readonly number[];
    readonly message: string;
    readonly fixes: readonly Fix[];
  }[];
  /** What was guessed or left out of a text. */
  readonly notes: readonly string[];
  /** How many classes there are. */
  readonly count: number;
  /** What the glossary adds where the model cannot read a class's own names. */
  readonly glossary: readonly {
    readonly row: number;
    readonly label: string;
    readonly names: readonly string[];
    readonly fix: Fix;
  }[];
  /** Takes what an LMM has proposed for all classes that still need a name; null without any. */
  readonly proposed: Fix | null;
  /** The model that names were compared with; null where it could not be used, see `problem`. */
  readonly model: string | null;
  readonly problem: string | null;
}

/** `POST /tlac/vocabulary/try`: what a node would decide. */
export type TryAnswer = Pick<
  Result,
  | "outcome"
  | "label"
  | "score"
  | "margin"
  | "alert"
  | "ranking"
  | "candidates"
  | "explanation"
  | "mode"
> & { readonly model: string };

const NOTHING_FOUND: LintAnswer = {
  wrong: null,
  findings: [],
  notes: [],
  count: 0,
  glossary: [],
  proposed: null,
  model: null,
  problem: null,
};

/** The columns of the dialog's table, from the left: cells without a header are taken for these. */
const TABLE_COLUMNS = ["label", "aliases", "not", "accept", "alert"] as const;

/** Whose cell a sentence is about, where it is not the label's. */
const WRONG_CELLS = new Map<string, "accept" | "threshold">([
  ["vocabulary.bad-threshold", "threshold"],
  ["vocabulary.bad-accept", "accept"],
]);

type Body = Call["body"];

/**
 * What the vocabulary's dialog asks before anything is deployed. All of it reads by the rules of
 * the runtime, so that the dialog has none of its own.
 */
export function serveVocabulary(RED: NodeAPI): void {
  serveSuggestions(RED);
  serveExamples(RED);
  serveLearned(RED);
  const serve = (name: string, work: (call: Call) => unknown): void => {
    const allowed = RED.auth.needsPermission("tlac-vocabulary.read");
    RED.httpAdmin.post(`/tlac/vocabulary/${name}`, allowed, reply(work));
  };
  serve("text", ({ body }): TextAnswer => {
    const base64 = readText(body.base64, "base64") ?? "";
    return { text: decodeText(Buffer.from(base64, "base64")) };
  });
  serve("parse", ({ body, language }): ParseAnswer => {
    const { vocabulary, notes } = readVocabulary(body.text, { columns: TABLE_COLUMNS });
    const classes = dropMadeIds(vocabulary.classes);
    return {
      classes,
      rows: classes.map(formatRow),
      notes: notes.map(({ key, params }) => translate(key, params, language)),
    };
  });
  // The stored text as a deployed node reads it: tabs in an old list separate classes.
  serve("open", ({ body }): OpenAnswer => {
    const { classes } = parseVocabulary(body.text);
    return { classes, rows: classes.map(formatRow) };
  });
  serve("csv", ({ body }) => ({ csv: formatVocabularyCsv(parseVocabulary(body.classes)) }));
  const turns = new OneAtATime();
  serve("lint", (call) => turns.run(call.signal, (signal) => lint(RED, { ...call, signal })));
  serve("try", ({ body, signal: gone }): Promise<TryAnswer> =>
    turns.run(gone, (signal) => withModel(RED, body, (embedder) => tryOut(embedder, body, signal))),
  );
}

async function lint(RED: NodeAPI, { body, language, signal }: Call): Promise<LintAnswer> {
  let reading: Reading;
  let template: string | undefined;
  try {
    reading = readVocabulary(body.classes);
    template = readTemplate(readText(body.template, "template"), "template");
  } catch (thrown) {
    if (!(thrown instanceof TlacError)) throw thrown;
    const column = WRONG_CELLS.get(thrown.key) ?? "label";
    const row = findRow(thrown, body.classes);
    const wrong = { message: thrown.in(language), row, column } as const;
    return { ...NOTHING_FOUND, wrong };
  }
  const { vocabulary, notes } = reading;
  const options = template ? { template, signal } : { signal };
  let model: string | null = null;
  let problem: string | null = null;
  let named = vocabulary;
  const findings = await withModel(RED, body, async (embedder) => {
    const found = await lintVocabulary(vocabulary, embedder, options);
    model = embedder.info.name;
    named = addGlossaryNames(vocabulary, embedder.info);
    return found;
  }).catch((thrown: unknown) => {
    // Names can be compared without any model.
    problem = toComplaint(thrown, language).message ?? null;
    return lintVocabulary(vocabulary, undefined, options);
  });
  // Classes that share a name, or say the contrary of each other, are told so; that they are near
  // each other then goes without saying, and to merge opposites would be wrong.
  const shared = new Set(
    findings
      .filter(({ kind }) => kind === "duplicate-alias" || kind === "opposites")
      .map(({ classes }) => String(classes)),
  );
  const told = findings.filter(
    ({ kind, classes }) => kind !== "near-classes" || !shared.has(String(classes)),
  );
  const proposals = readProposals(body.proposals);
  const rowOf = new Map(vocabulary.classes.map(({ id }, row) => [id, row]));
  const answered = told.map((finding) => {
    const rows = finding.classes.flatMap((id) => rowOf.get(id) ?? []);
    return {
      kind: finding.kind,
      rows,
      message: translate(finding.key, finding.params, language),
      fixes: suggestFixes(finding, rows, vocabulary, proposals),
    };
  });
  const isProposed = (label: string | undefined): boolean => proposals.has(label ?? "");
  return {
    wrong: null,
    findings: answered,
    notes: notes.map(({ key, params }) => translate(key, params, language)),
    count: vocabulary.classes.length,
    glossary: named.classes.flatMap(({ glossary }, row) => {
      const entry = vocabulary.classes[row];
      const names = glossary?.english ?? [];
      return entry && names.length > 0
        ? [{ row, label: entry.label, names, fix: takeGlossary(row, entry, names) }]
        : [];
    }),
    // The first fix of an unreadable class with proposals is to take them.
    proposed: takeAll(
      answered.flatMap(({ kind, rows: [row], fixes }) =>
        kind === "no-readable-name" && isProposed(vocabulary.classes[row ?? -1]?.label)
          ? fixes.slice(0, 1)
          : [],
      ),
    ),
    model,
    problem,
  };
}

/** English names by label, as the dialog got them from an LMM. */
function readProposals(value: unknown): Proposals {
  if (!isRecord(value)) return new Map();
  return new Map(
    Object.entries(value).flatMap(([label, names]) => {
      const texts = Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
      return texts.length > 0 ? [[label, texts] as const] : [];
    }),
  );
}

async function tryOut(embedder: Embedder, body: Body, signal: AbortSignal): Promise<TryAnswer> {
  const vocabulary = parseVocabulary(body.classes);
  const template = readTemplate(readText(body.template, "template"), "template");
  // Not the shared index: each key stroke would push a running node's index out.
  const index = await VocabularyIndex.build(vocabulary, embedder, {
    signal,
    ...(template ? { template } : {}),
  });
  const result = await decideOne(index, body, signal);
  const { outcome, label, score, margin, alert, ranking, candidates, explanation, mode } = result;
  const { name } = embedder.info;
  return {
    ...{ outcome, label, score, margin, alert, ranking, candidates, explanation, mode },
    model: name,
  };
}

async function decideOne(
  index: VocabularyIndex,
  { word, image }: Body,
  signal: AbortSignal,
): Promise<Result> {
  if (image === undefined) return classifyWords(readWords(word, "word"), { index, signal });
  const { embedder } = index;
  const { frames } = await readFrames(readText(image, "image"), { signal });
  const [frame] = frames;
  if (!frame) throw new TlacError("BAD_MESSAGE", "nodes.no-image", { property: "image" });
  // Without names of its own a model cannot propose words, but it can compare the image itself.
  return embedder.info.labels
    ? classifyFrame(frame, { mode: "slac", lmm: new Recogniser(embedder), index, signal })
    : classifyFrame(frame, { mode: "clip", lmm: null, index, signal });
}

/** An error names its class by number or by label. */
function findRow({ params }: TlacError, classes: unknown): number | null {
  if (typeof params.line === "number") return params.line - 1;
  if (params.label === undefined || !Array.isArray(classes)) return null;
  const row = classes.findIndex((entry) => isRecord(entry) && entry.label === params.label);
  return row < 0 ? null : row;
}
