import type { OllamaSettings } from "../../../lib/lmm/ollama/settings";
import { readNumber, type NumberField, type NumberRange } from "./read-settings";

/** The fields of the dialog that say how an Ollama server is spoken to. */
export interface OllamaFields {
  host: string;
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
  const seconds = (field: NumberRange["field"], value: NumberField): number | undefined => {
    const number = readNumber(value, { field, min: 1, max: 86_400 });
    return number === undefined ? undefined : number * 1_000;
  };
  const numCtx = readNumber(fields.numCtx, { field: "num-ctx", min: 512, max: 1_048_576 });
  const numPredict = readNumber(fields.numPredict, { field: "num-predict", min: 16, max: 8_192 });
  return {
    host: fields.host,
    model: fields.model,
    canary: fields.canary,
    ...withoutUndefined({ apiKey, numCtx, numPredict, keepAlive: fields.keepAlive || undefined }),
    deadlines: withoutUndefined({
      connectMs: seconds("connect-timeout", fields.connectTimeout),
      loadMs: seconds("load-timeout", fields.loadTimeout),
      answerMs: seconds("answer-timeout", fields.answerTimeout),
      totalMs: seconds("total-timeout", fields.totalTimeout),
    }),
  };
}

/** What is left empty is the client's default. */
function withoutUndefined<T extends object>(
  fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const filled = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(filled) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
