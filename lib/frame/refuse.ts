import { TlacError } from "../errors";
import type { MessageKey, Phrase } from "../i18n/catalogue";

/** A picture of a type that we read, of which something is lost. */
export function damaged(type: string, reason: string | Phrase, cause?: unknown): TlacError {
  const options = cause === undefined ? {} : { cause };
  return new TlacError("BAD_IMAGE", "frame.damaged", { type, reason }, options);
}

/** A picture that is whole, of a form that is not read here; `hint` says how to convert it. */
export function unsupported(form: string, hint: MessageKey): TlacError {
  return new TlacError("BAD_IMAGE", "frame.unsupported-form", { form, hint: { key: hint } });
}

/** A picture that would cost more than one picture may. */
export function tooManyPixels(
  type: string,
  { width, height }: { width: number; height: number },
  max: number,
): TlacError {
  return new TlacError("BAD_IMAGE", "frame.too-many-pixels", { type, width, height, max });
}
