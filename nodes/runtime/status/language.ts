import type { NodeAPI } from "node-red";

import { TlacError } from "../../../lib/errors";
import { toLanguage, type Language } from "../../../lib/i18n/catalogue";

/** The language in which Node-RED itself writes its log: its setting `lang`, else the environment's. */
export function runtimeLanguage(RED: NodeAPI): Language {
  const { lang } = RED.settings as { lang?: unknown };
  if (typeof lang === "string" && lang) return toLanguage(lang);
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  return toLanguage([LC_ALL, LC_MESSAGES, LANG].find(Boolean));
}

/** Puts an error's own sentence into the language of the runtime; its code and cause stay. */
export function speak(error: Error, language: Language): Error {
  if (error instanceof TlacError) error.message = error.in(language);
  return error;
}
