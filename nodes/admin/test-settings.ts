import { isRecord } from "../../lib/basics/is-record";
import { TlacError } from "../../lib/errors";
import type { EmbedderOptions } from "../../lib/clip/shared-embedders";
import type { FrameOptions } from "../../lib/frame/read-frames";
import { DEFAULT_DOMAIN } from "../../lib/lmm/prompts/prompt-domains";
import type { ClassifyOptions } from "../../lib/tlac/classify";
import { MODES, type Mode } from "../../lib/tlac/result";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import type { Vocabulary } from "../../lib/vocabulary/vocabulary";
import { readFrameOptions } from "../runtime/scene/resolve-image";
import { readModelOptions } from "../runtime/settings/model-options";
import { readFilters, type FilterField } from "../runtime/settings/read-filters";
import { readPrompt } from "../runtime/settings/read-prompt";
import { readAccept, readRules } from "../runtime/settings/read-rules";
import { readChoice, readList, readText } from "../runtime/settings/read-settings";
import { readTemplate } from "../runtime/settings/read-template";
import type { Call } from "./reply";

/** What a node would work with, if the dialogs were deployed as they stand. */
export interface TestSettings {
  /** Undefined: by what the LMM can do. */
  readonly mode: Mode | undefined;
  readonly vocabulary: Vocabulary;
  readonly template: string | undefined;
  readonly frame: FrameOptions;
  /** Folders whose photos the node may read. */
  readonly folders: readonly string[];
  /** How the text/image model is loaded; undefined: the bundled starter. */
  readonly model: EmbedderOptions | undefined;
  /** Fields of the server's dialog; undefined: the built-in recogniser. */
  readonly server: Call["body"] | undefined;
  /** Whose examples count: the id of the vocabulary, or of the node whose own classes they are. */
  readonly examplesOf: string | undefined;
  /** The question as the dialog has it: the user's own, or the name of a shipped one. */
  readonly question: string;
  readonly options: Pick<
    ClassifyOptions,
    | "accept"
    | "rules"
    | "filter"
    | "secondLook"
    | "askAlways"
    | "spotChecks"
    | "sight"
    | "prompt"
    | "answer"
  >;
}

/**
 * The settings of a test, read by the readers of the runtime. `settings` are the fields of the
 * node's dialog; `server` and `model` those of the config nodes, null where none is chosen;
 * `accept` the vocabulary's knob.
 * Throws `BAD_CONFIG`, `BAD_MESSAGE`.
 */
export function readTestSettings(body: Call["body"], cacheDir: string): TestSettings {
  const settings = readFields(body.settings, "settings");
  const text = reader(settings);
  const classes = readText(body.classes, "classes");
  if (!classes?.trim()) throw new TlacError("BAD_CONFIG", "nodes.no-classes");
  const vocabulary = parseVocabulary(classes);
  const server = body.server === null ? undefined : readFields(body.server, "server");
  const filter = readFilters({ filters: readRuleLines(settings.filters) });
  const describe = settings.describe === true;
  const question = { domain: text("domain"), prompt: text("prompt"), describe };
  const labels = vocabulary.classes.map(({ label }) => label);
  return {
    mode: readChoice(settings.mode, MODES, "mode", "BAD_CONFIG"),
    vocabulary,
    template: readTemplate(readText(body.template, "template"), "template"),
    // The photo comes with the test; a path or URL in its place is not read.
    frame: readFrameOptions({
      ...{ image: "", imageType: "msg", readFiles: false, folders: "", hosts: "" },
      ...{ roiLeft: text("roiLeft"), roiTop: text("roiTop") },
      ...{ roiWidth: text("roiWidth"), roiHeight: text("roiHeight") },
    }),
    folders: settings.readFiles === true ? readList(text("folders")) : [],
    model: readModel(body.model, cacheDir),
    server: server?.kind === "recogniser" ? undefined : server,
    examplesOf: readText(body.vocabulary, "vocabulary"),
    question: [question.prompt, question.domain, DEFAULT_DOMAIN].find((one) => one.trim()) ?? "",
    options: {
      accept:
        readAccept(settings.accept, "accept", "BAD_CONFIG") ??
        readAccept(body.accept, "accept", "BAD_CONFIG"),
      sight: settings.sight !== false,
      rules: readRules({
        threshold: text("threshold"),
        margin: text("margin"),
      }),
      secondLook: settings.secondLook === true,
      askAlways: settings.askAlways === true,
      // One photo shows no drift.
      spotChecks: 0,
      ...readPrompt(question, { _msgid: "" }, { vocabulary: labels }),
      ...(filter ? { filter } : {}),
    },
  };
}

function readModel(value: unknown, cacheDir: string): EmbedderOptions | undefined {
  if (value === null) return undefined;
  const fields = readFields(value, "model");
  const text = reader(fields);
  const names = { kind: text("kind"), preset: text("preset"), folder: text("folder") };
  const numbers = { dtype: text("dtype"), threads: text("threads") };
  return readModelOptions({ ...names, ...numbers, offline: true }, cacheDir);
}

/** Whether the lines are rules is what their reader checks. */
function readRuleLines(value: unknown): readonly FilterField[] {
  // Nodes from before there were rules.
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(isRecord)) return value as unknown as FilterField[];
  throw new TlacError("BAD_MESSAGE", "nodes.bad-text", { field: "filters", type: typeof value });
}

/** Fields as text; numbers as they would be typed. */
function reader(fields: Call["body"]): (field: string) => string {
  return (field) => {
    const value = fields[field];
    return typeof value === "number" ? String(value) : (readText(value, field) ?? "");
  };
}

function readFields(value: unknown, field: string): Call["body"] {
  if (isRecord(value)) return value;
  throw new TlacError("BAD_MESSAGE", "nodes.bad-text", { field, type: typeof value });
}
