import { TlacError } from "../../../lib/errors";
import type { MessageKey } from "../../../lib/i18n/catalogue";
import { NODE_FIELDS, type Field, type NodeType } from "../../field-table";

type FieldOf<K> = K extends `nodes.field-${infer F}` ? F : never;

/** Texts that sentences can name as the dialog does. */
const NAMED: readonly FieldOf<MessageKey>[] = [
  ...(["classes", "template", "host", "apiKey", "caFile", "keepAlive", "folder"] as const),
  ...(["folders", "hosts", "prompt", "domain", "filters", "lmmModel"] as const),
  ...(["topicPrefix", "discovery", "address", "fingerprint", "user", "password"] as const),
];

/** Sentences for a person or a model, where `$` and braces may be meant. */
const PROSE = new Set(["prompt", "template", "filters", "apiKey", "password"]);

/**
 * Node-RED puts an environment variable in the place of a field that is nothing but `${NAME}`, and
 * leaves it as it is where there is no such variable. Throws `BAD_CONFIG` for such a field, and
 * for one that holds `${NAME}` within an address, path or class, where nobody fills it in.
 */
export function checkEnvironment(
  type: NodeType,
  settings: object,
  credentials: Readonly<Record<string, unknown>> = {},
): void {
  const texts = Object.entries<Field>(NODE_FIELDS[type])
    .filter(([name, { kind }]) => name !== "name" && ["text", "choice", "rules"].includes(kind))
    .map(([name]) => [name, (settings as Readonly<Record<string, unknown>>)[name]] as const);
  for (const [name, value] of [...texts, ...Object.entries(credentials)]) {
    for (const text of textsOf(value)) {
      const variable = findVariable(text, PROSE.has(name));
      if (variable === undefined) continue;
      const label = type === "lmm-server" && name === "model" ? "lmmModel" : name;
      const known = NAMED.find((field) => field === label);
      const field = known ? ({ key: `nodes.field-${known}` } as const) : name;
      throw new TlacError("BAD_CONFIG", "nodes.unresolved", { field, variable });
    }
  }
}

function findVariable(text: string, whole: boolean): string | undefined {
  // As Node-RED looks for them, its older form with round brackets included.
  const [alone] = /^(?:\$\{\S+\}|\$\(\S+\))$/.exec(text.trim()) ?? [];
  return alone ?? (whole ? undefined : /\$\{[A-Za-z_][\w.-]*\}/.exec(text)?.[0]);
}

/** A rule keeps several texts. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
