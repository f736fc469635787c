/**
 * What each node's dialog sets. One table serves the dialog's defaults, validators and choices,
 * the runtime's readers, the examples and the ranges in the help, so that none of them can say
 * something else. `tools/dialogs` writes it into the HTML as the literals that catalogues read.
 */
import { DTYPES } from "../lib/clip/dtype";
import { PRESETS } from "../lib/clip/presets";
import { PROVIDERS } from "../lib/clip/provider";
import { KNOBS } from "../lib/confidence/knob";
import { ENGINES } from "../lib/lmm/engine-kinds";
import { DEFAULT_DOMAIN, PROMPT_DOMAINS } from "../lib/lmm/prompts/prompt-domains";
import { MODES } from "../lib/tlac/result";
import { ALERT_LEVELS } from "../lib/vocabulary/vocabulary";

/** A number that may be left empty. */
export interface NumberField {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** Names a text of the dialogs' catalogue; null: a bare number. */
  readonly unit:
    "seconds" | "minutes" | "frames" | "tokens" | "messages" | "pixels" | "percent" | null;
  /** What an empty field means: a number, or the name of a text where no number can be told. */
  readonly empty:
    number | "noDemand" | "threads" | "model" | "noLimit" | "rest" | "byFrames" | "never";
  /** What a new node holds: nothing, or the same number written out. */
  readonly value: number | "";
  /** Side of a region: the field that holds where it starts. */
  readonly start?: string;
}

export type Field =
  | NumberField
  | { readonly kind: "text"; readonly value: string; readonly check?: Check }
  | { readonly kind: "flag"; readonly value: boolean }
  | { readonly kind: "choice"; readonly value: string; readonly choices: readonly string[] }
  /** The id of a config node. */
  | { readonly kind: "config"; readonly value: ""; readonly type: ConfigType }
  /** Where in a message something stands; `<field>Type` says in what. */
  | { readonly kind: "property"; readonly value: string; readonly required: boolean }
  /** The list of rules on an answer. */
  | { readonly kind: "rules"; readonly value: readonly never[] };

/** A rule of a dialog that needs more than the field itself. */
export type Check =
  | "address"
  | "fingerprint"
  | "host"
  | "lmmModel"
  | "folder"
  | "template"
  | "classes"
  | "vocabulary";

export type ConfigType = "clip-model" | "tlac-vocabulary" | "lmm-server";

const text = (value = "", check?: Check) =>
  ({ kind: "text", value, ...(check ? { check } : {}) }) as const;
const flag = (value: boolean) => ({ kind: "flag", value }) as const;
const config = (type: ConfigType) => ({ kind: "config", value: "", type }) as const;
const property = (value: string, required: boolean) =>
  ({ kind: "property", value, required }) as const;
const choice = <T extends string>(choices: readonly T[], value: T) =>
  ({ kind: "choice", value, choices }) as const;

const number = <E extends NumberField["empty"]>(
  [min, max]: readonly [number, number],
  empty: E,
  unit: NumberField["unit"] = null,
  more: Partial<Omit<NumberField, "empty">> = {},
): NumberField & { readonly empty: E } => ({
  kind: "number",
  min,
  max,
  whole: false,
  unit,
  empty,
  value: "",
  ...more,
});

/** Written out in a new node, so that its dialog shows what it can be changed from. */
const shown = (
  range: readonly [number, number],
  value: number,
  unit: NumberField["unit"],
  whole = false,
) => number(range, value, unit, { value, whole });

const DAY = 86_400;
const WEEK_MINUTES = 10_080;

/** Every number of every dialog; a name means the same wherever it stands. */
export const NUMBERS = {
  roiLeft: number([0, 100], 0),
  roiTop: number([0, 100], 0),
  roiWidth: number([1, 100], "rest", null, { start: "roiLeft" }),
  roiHeight: number([1, 100], "rest", null, { start: "roiTop" }),
  threshold: number([-1, 1], "noDemand"),
  margin: number([0, 2], "noDemand"),
  unchangedFor: number([0, DAY], 600, "seconds"),
  spotChecks: number([0, 100], 1, "percent"),
  threads: number([1, 64], "threads", null, { whole: true }),
  numCtx: shown([512, 1_048_576], 4_096, "tokens", true),
  imageSide: number([112, 4_096], "model", "pixels", { whole: true }),
  numPredict: shown([16, 8_192], 300, "tokens", true),
  connectTimeout: shown([1, DAY], 5, "seconds"),
  loadTimeout: shown([1, DAY], 300, "seconds"),
  answerTimeout: shown([1, DAY], 60, "seconds"),
  totalTimeout: shown([1, DAY], 300, "seconds"),
  concurrency: shown([1, 64], 1, null, true),
  queueLength: shown([0, 100_000], 100, "messages", true),
  sample: number([0, 100], 5),
  // 0: none.
  testEvery: number([0, 10_000], 10, null, { whole: true }),
  // 0: no limit either.
  maxAge: number([0, DAY], "noLimit", "seconds"),
  interval: shown([0, DAY], 5, "seconds"),
  cameraTimeout: shown([1, 300], 10, "seconds"),
  minConfidence: number([0, 1], 0),
  raiseFrames: shown([1, 100], 3, "frames", true),
  raiseOf: shown([1, 100], 5, "frames", true),
  raiseWithin: number([1, DAY], "byFrames", "seconds"),
  clearFrames: shown([0, 100], 5, "frames", true),
  clearAfter: number([1, DAY], "byFrames", "seconds"),
  cooldown: shown([0, WEEK_MINUTES], 10, "minutes"),
  escalateAfter: number([0.1, WEEK_MINUTES], "never", "minutes"),
  silentAfter: number([0.1, WEEK_MINUTES], "never", "minutes"),
} as const satisfies Record<string, NumberField>;

export type NumberName = keyof typeof NUMBERS;

const { roiLeft, roiTop, roiWidth, roiHeight, threshold, margin } = NUMBERS;

const IMAGE = {
  image: property("payload", true),
  imageType: text("msg"),
  readFiles: flag(false),
  folders: text(),
  hosts: text(),
  ...{ roiLeft, roiTop, roiWidth, roiHeight },
};
const CAMERA = { camera: property("topic", false), cameraType: text("msg") };
const CLASSES = { vocabulary: config("tlac-vocabulary"), classes: text("", "classes") };
const QUESTION = {
  domain: choice(
    PROMPT_DOMAINS.map(({ name }) => name),
    DEFAULT_DOMAIN,
  ),
  prompt: text(),
  filters: { kind: "rules", value: [] },
} as const;
/** Empty: what the vocabulary says, else the default. */
const ACCEPT = choice(["", ...KNOBS.map(String)], "");
// Threshold and margin are what flows of version 0.1 demand beside the confidence.
const DECISION = { accept: ACCEPT, threshold, margin };

/** Of each node type, in the order of its dialog. */
export const NODE_FIELDS = {
  "lmm-server": {
    name: text(),
    kind: choice(["recogniser", ...ENGINES], "ollama"),
    host: text("", "host"),
    caFile: text(),
    model: text("llava:7b", "lmmModel"),
    keepAlive: text("30m"),
    numCtx: NUMBERS.numCtx,
    numPredict: NUMBERS.numPredict,
    imageSide: NUMBERS.imageSide,
    connectTimeout: NUMBERS.connectTimeout,
    loadTimeout: NUMBERS.loadTimeout,
    answerTimeout: NUMBERS.answerTimeout,
    totalTimeout: NUMBERS.totalTimeout,
    concurrency: NUMBERS.concurrency,
    queueLength: NUMBERS.queueLength,
    maxAge: NUMBERS.maxAge,
    canary: flag(true),
    latestOnly: flag(true),
  },
  "clip-model": {
    name: text(),
    kind: choice(["starter", "preset", "folder"], "starter"),
    preset: choice(
      PRESETS.filter(({ repo }) => repo !== null).map(({ name }) => name),
      "clip-vit-base-patch16",
    ),
    folder: text("", "folder"),
    dtype: choice(["", ...DTYPES], ""),
    provider: choice(PROVIDERS, "cpu"),
    threads: NUMBERS.threads,
    offline: flag(false),
  },
  "tlac-vocabulary": {
    name: text(),
    classes: text("", "vocabulary"),
    template: text("", "template"),
    accept: ACCEPT,
    record: choice(["", "decisions", "review", "all"], "review"),
    testEvery: NUMBERS.testEvery,
  },
  "tlac-feedback": {
    name: text(),
  },
  "tlac-review": {
    name: text(),
    path: text("/tlac/review"),
    sample: NUMBERS.sample,
  },
  "lmm-candidates": {
    name: text(),
    server: config("lmm-server"),
    ...QUESTION,
    // Words are what this node is for.
    describe: flag(true),
    ...IMAGE,
    ...CAMERA,
    loadAtDeploy: flag(false),
  },
  "clip-match": {
    name: text(),
    model: config("clip-model"),
    ...CLASSES,
    input: choice(["", "words", "image"], ""),
    ...IMAGE,
    ...DECISION,
    loadAtDeploy: flag(false),
  },
  tlac: {
    name: text(),
    model: config("clip-model"),
    ...CLASSES,
    server: config("lmm-server"),
    ...QUESTION,
    describe: flag(false),
    mode: choice(["", ...MODES], ""),
    secondLook: flag(false),
    askAlways: flag(false),
    spotChecks: NUMBERS.spotChecks,
    sight: flag(true),
    ...IMAGE,
    ...DECISION,
    ...CAMERA,
    unchanged: choice(["off", "reuse", "skip"], "reuse"),
    unchangedFor: NUMBERS.unchangedFor,
    loadAtDeploy: flag(false),
    thumbnail: flag(false),
  },
  "tlac-camera": {
    name: text(),
    cameraName: text(),
    address: text("", "address"),
    interval: NUMBERS.interval,
    cameraTimeout: NUMBERS.cameraTimeout,
    keepOpen: flag(false),
    tls: choice(["usual", "caFile", "pin", "none"], "usual"),
    caFile: text(),
    fingerprint: text("", "fingerprint"),
  },
  "tlac-alert": {
    name: text(),
    classes: text(),
    level: choice(ALERT_LEVELS, "info"),
    ...CAMERA,
    raiseFrames: NUMBERS.raiseFrames,
    raiseOf: NUMBERS.raiseOf,
    raiseWithin: NUMBERS.raiseWithin,
    minConfidence: NUMBERS.minConfidence,
    clearFrames: NUMBERS.clearFrames,
    clearAfter: NUMBERS.clearAfter,
    unknownIsGone: flag(false),
    cooldown: NUMBERS.cooldown,
    escalateAfter: NUMBERS.escalateAfter,
    silentAfter: NUMBERS.silentAfter,
    picture: choice(["image", "thumbnail", "none"], "image"),
    topicPrefix: text("tlac"),
    discovery: text(),
    time: property("timestamp", false),
    timeType: text("msg"),
  },
} as const satisfies Record<string, Readonly<Record<string, Field>>>;

export type NodeType = keyof typeof NODE_FIELDS;

/** A node as it comes from the palette. */
export function newNode(type: NodeType): Record<string, Field["value"]> {
  const fields = Object.entries<Field>(NODE_FIELDS[type]);
  return Object.fromEntries(fields.map(([name, { value }]) => [name, value]));
}
