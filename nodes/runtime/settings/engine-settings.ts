import { ENGINES, RECOGNISER, type EngineKind } from "../../../lib/lmm/engine-kinds";
import type { EngineSettings } from "../../../lib/lmm/engines";
import { readChoice, readNumber, type NumberField } from "./read-settings";

/** What a dialog can choose: a server of either kind, or what needs none. */
const KINDS = [RECOGNISER, ...ENGINES] as const;

/** The fields of the dialog that say how a server is spoken to. */
export interface EngineFields {
  kind: (typeof KINDS)[number];
  host: string;
  /** PEM file; absent in flows from before 0.2. */
  caFile?: string;
  model: string;
  /** Ollama: a duration such as 30m; empty: the client's default. */
  keepAlive: string;
  /** Ollama. */
  numCtx: NumberField;
  /** Tokens that an answer may have. */
  numPredict: NumberField;
  /** Pixels; absent in flows from before 0.2. */
  imageSide?: NumberField;
  /** Deadlines in seconds. */
  connectTimeout: NumberField;
  loadTimeout: NumberField;
  answerTimeout: NumberField;
  totalTimeout: NumberField;
  /** Shows the model two known photos, so that a blind one is found out. */
  canary: boolean;
}

/**
 * What the client needs of them; undefined for the built-in recogniser. Throws `BAD_CONFIG` for an
 * unknown kind and for a number outside its range.
 */
export function readEngineSettings(
  fields: EngineFields,
  apiKey: string | undefined,
): EngineSettings | undefined {
  const kind = readChoice(fields.kind, KINDS, "kind", "BAD_CONFIG") ?? RECOGNISER;
  return kind === RECOGNISER ? undefined : readServer(kind, fields, apiKey);
}

function readServer(
  engine: EngineKind,
  fields: EngineFields,
  apiKey: string | undefined,
): EngineSettings {
  const imageSide = readNumber(fields.imageSide, "imageSide");
  const settings = {
    host: fields.host,
    ...(fields.caFile ? { caFile: fields.caFile } : {}),
    model: fields.model,
    canary: fields.canary,
    numPredict: readNumber(fields.numPredict, "numPredict"),
    ...(imageSide === undefined ? {} : { imageSide }),
    ...(apiKey === undefined ? {} : { apiKey }),
    deadlines: {
      connectMs: 1_000 * readNumber(fields.connectTimeout, "connectTimeout"),
      loadMs: 1_000 * readNumber(fields.loadTimeout, "loadTimeout"),
      answerMs: 1_000 * readNumber(fields.answerTimeout, "answerTimeout"),
      totalMs: 1_000 * readNumber(fields.totalTimeout, "totalTimeout"),
    },
  };
  if (engine === "openai") return { engine, ...settings };
  const { keepAlive } = fields;
  const numCtx = readNumber(fields.numCtx, "numCtx");
  return { engine, ...settings, numCtx, ...(keepAlive ? { keepAlive } : {}) };
}
