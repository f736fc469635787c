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

/** Longer sides than any sensor or scan has; resizing them would take gigabytes. */
const MAX_SIDE = 250_000;

/** Throws `BAD_IMAGE` for a picture with more pixels than one may have, judged by its header. */
export function checkSize(
  type: string,
  { width, height }: { width: number; height: number },
  maxPixels: number,
): void {
  const params = { type, width, height };
  if (Math.max(width, height) > MAX_SIDE) {
    throw new TlacError("BAD_IMAGE", "frame.too-long", { ...params, max: MAX_SIDE });
  }
  if (width * height > maxPixels) {
    throw new TlacError("BAD_IMAGE", "frame.too-many-pixels", { ...params, max: maxPixels });
  }
}
