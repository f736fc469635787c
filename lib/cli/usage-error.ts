import { TlacError } from "../errors";
import type { MessageKey, MessageParams } from "../i18n/catalogue";

/** The command line was wrong: exit code 2 instead of 1. */
export class UsageError extends TlacError {
  constructor(key: MessageKey, params: MessageParams = {}) {
    super("BAD_CONFIG", key, params);
  }
}
