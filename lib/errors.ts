import { translate, type Language, type MessageKey, type MessageParams } from "./i18n/catalogue";

/** Every code that a Catch node can switch on (`msg.error.code`): a public API. */
export const ERROR_CODES = [
  "BAD_IMAGE",
  "BAD_CONFIG",
  "BAD_MESSAGE",
  "LMM_UNREACHABLE",
  "LMM_TIMEOUT",
  "LMM_BUSY",
  "LMM_MODEL_MISSING",
  "LMM_NO_VISION",
  "LMM_BLIND",
  "LMM_BAD_ANSWER",
  "EMBEDDER_UNAVAILABLE",
  "CLOSED",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * A failure that we foresaw. Its sentence stands in the catalogue (`locales/<language>/lib`) and
 * says what was expected, what came and what to do.
 */
export class TlacError extends Error {
  override readonly name = "TlacError";

  constructor(
    readonly code: ErrorCode,
    readonly key: MessageKey,
    readonly params: MessageParams = {},
    options?: ErrorOptions,
  ) {
    super(translate(key, params), options);
  }

  /** The same sentence in another language. */
  in(language: Language): string {
    return translate(this.key, this.params, language);
  }
}

/** Anything can be thrown; only an `Error` can be reported. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Throws `CLOSED` once the owner of the work is gone. */
export function throwIfClosed(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new TlacError("CLOSED", "tlac.closed");
}
