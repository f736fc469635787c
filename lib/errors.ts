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
  "CAMERA_UNREACHABLE",
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

  /** The sentence alone: Node-RED shows people what this returns as `msg.error.message`. */
  override toString(): string {
    return this.message;
  }

  /** The same sentence in another language. */
  in(language: Language): string {
    return translate(this.key, this.params, language);
  }
}

/** Anything can be thrown; only an `Error` can be reported, and only one that can be read. */
export function toError(thrown: unknown): Error {
  try {
    if (!(thrown instanceof Error)) return new Error(String(thrown));
    if (isReadable(thrown)) return thrown;
  } catch {
    // A getter or `toString` of it throws.
  }
  return new Error("something was thrown that cannot be read");
}

/** Throws where a getter does. */
function isReadable({ name, message, stack }: Error): boolean {
  const texts: unknown[] = [name, message, stack ?? ""];
  return texts.every((text) => typeof text === "string");
}

/** Throws `CLOSED` once the owner of the work is gone. */
export function throwIfClosed(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new TlacError("CLOSED", "tlac.closed");
}
