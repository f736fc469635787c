import { TlacError } from "../errors";
import type { Language } from "../i18n/catalogue";

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Streams {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The sentence that a person reads, with the code that a script can look for. */
export function describeError(error: Error, language: Language): string {
  return error instanceof TlacError ? `${error.code}: ${error.in(language)}` : error.message;
}
