import { TlacError } from "../../../lib/errors";

/** The sentence of a dialog, undefined where it is empty. Throws `BAD_CONFIG` without `{name}`. */
export function readTemplate(template: string | undefined, owner: string): string | undefined {
  if (!template?.trim()) return undefined;
  if (template.includes("{name}")) return template;
  throw new TlacError("BAD_CONFIG", "vocabulary.bad-template", { label: owner, template });
}
