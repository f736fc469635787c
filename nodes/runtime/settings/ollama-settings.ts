import type { OllamaSettings } from "../../../lib/lmm/ollama/settings";
import { readNumber, type NumberField } from "./read-settings";

/** The fields of the dialog that say how an Ollama server is spoken to. */
export interface OllamaFields {
  host: string;
  /** PEM file; absent in flows from before 0.2. */
  caFile?: string;
  model: string;
  /** Duration such as 30m; empty: the client's default. */
  keepAlive: string;
  numCtx: NumberField;
  /** Tokens that an answer may have. */
  numPredict: NumberField;
  /** Deadlines in seconds. */
  connectTimeout: NumberField;
  loadTimeout: NumberField;
  answerTimeout: NumberField;
  totalTimeout: NumberField;
  /** Shows the model two known photos, so that a blind one is found out. */
  canary: boolean;
}

/** What the client needs of them. Throws `BAD_CONFIG` for a number outside its range. */
export function readOllamaSettings(
  fields: OllamaFields,
  apiKey: string | undefined,
): OllamaSettings {
  const { keepAlive } = fields;
  return {
    host: fields.host,
    ...(fields.caFile ? { caFile: fields.caFile } : {}),
    model: fields.model,
    canary: fields.canary,
    numCtx: readNumber(fields.numCtx, "numCtx"),
    numPredict: readNumber(fields.numPredict, "numPredict"),
    ...(keepAlive ? { keepAlive } : {}),
    ...(apiKey === undefined ? {} : { apiKey }),
    deadlines: {
      connectMs: 1_000 * readNumber(fields.connectTimeout, "connectTimeout"),
      loadMs: 1_000 * readNumber(fields.loadTimeout, "loadTimeout"),
      answerMs: 1_000 * readNumber(fields.answerTimeout, "answerTimeout"),
      totalMs: 1_000 * readNumber(fields.totalTimeout, "totalTimeout"),
    },
  };
}
