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

/** A failure that we foresaw. Its message says what was expected, what came and what to do. */
export class TlacError extends Error {
  override readonly name = "TlacError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Anything can be thrown; only an `Error` can be reported. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The error that ends work whose owner went away, for `signal.aborted`. */
export function closedError(what: string): TlacError {
  return new TlacError("CLOSED", `${what} was stopped because its node was closed or redeployed.`);
}
