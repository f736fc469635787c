import type { NodeAPI } from "node-red";

import { TlacError, toError } from "../../../lib/errors";
import { toLanguage, type Language } from "../../../lib/i18n/catalogue";

/** The language in which Node-RED itself writes its log: its setting `lang`, else the environment's. */
export function runtimeLanguage(RED: NodeAPI): Language {
  const { lang } = RED.settings as { lang?: unknown };
  if (typeof lang === "string" && lang) return toLanguage(lang);
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  return toLanguage([LC_ALL, LC_MESSAGES, LANG].find(Boolean));
}

/** The sentence of anything that was thrown: our own in the language of the runtime. */
export function describeError(thrown: unknown, language: Language): string {
  const error = toError(thrown);
  return error instanceof TlacError ? error.in(language) : error.message;
}

/**
 * The error as one message's flow gets it: in the language of the runtime, and a copy, because
 * Node-RED hands on the cause itself and several messages may have failed for the same reason.
 */
export function toReport(thrown: unknown, language: Language): Error {
  const error = toError(thrown);
  const cause = error.cause === undefined ? undefined : copyOf(toError(error.cause));
  const options = cause ? { cause } : undefined;
  if (!(error instanceof TlacError)) return copyOf(error, options);
  const report = new TlacError(error.code, error.key, error.params, options);
  report.message = error.in(language);
  if (error.stack !== undefined) report.stack = error.stack;
  return report;
}

function copyOf(error: Error, options?: ErrorOptions): Error {
  const { name, message, stack, code } = error as NodeJS.ErrnoException;
  const copy = new Error(message, options);
  return Object.assign(copy, {
    name,
    ...(stack === undefined ? {} : { stack }),
    ...(code === undefined ? {} : { code }),
  });
}
