/** The parts of JSON Schema that a caller of Ollama uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** `format` after reading. */
export type Format = undefined | "json" | JsonSchema;

/** How a server can fail to keep to `format`. */
export type FormatMode = "prose" | "fenced" | "whitespace" | "wrong-enum" | "wrong-range";

const TYPES = ["object", "array", "string", "number", "integer", "boolean", "null"];

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the grammar converter would take it: known types all the way down. */
export function isConvertible(schema: unknown): schema is JsonSchema {
  if (!isRecord(schema)) return false;
  const { type, properties, items } = schema;
  if (type !== undefined) {
    const types: unknown[] = Array.isArray(type) ? type : [type];
    if (!types.every((each) => typeof each === "string" && TYPES.includes(each))) return false;
  }
  if (properties !== undefined) {
    if (!isRecord(properties) || !Object.values(properties).every(isConvertible)) return false;
  }
  return items === undefined || isConvertible(items);
}

/** Chooses the value of a property: its key and its schema; undefined leaves it to the schema. */
export type Pick = (key: string, schema: JsonSchema) => unknown;

/** A value that satisfies the schema, made of what `pick` gives. */
export function fillSchema(schema: JsonSchema, pick: Pick, key = ""): unknown {
  const picked = pick(key, schema);
  if (picked !== undefined) return picked;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case "array": {
      const { items, minItems = 0 } = schema;
      return Array.from({ length: minItems }, () => fillSchema(items ?? {}, pick, key));
    }
    case "string":
      return "";
    case "number":
    case "integer":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, part]) => [
          name,
          fillSchema(part, pick, name),
        ]),
      );
  }
}

/** Puts keys in the order in which the grammar forces them: as given, or sorted. */
export function orderKeys(value: unknown, schema: JsonSchema, sorted: boolean): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => orderKeys(item, schema.items ?? {}, sorted));
  }
  if (!isRecord(value)) return value;
  const known = Object.keys(schema.properties ?? {}).filter((key) => Object.hasOwn(value, key));
  const others = Object.keys(value).filter((key) => !known.includes(key));
  return Object.fromEntries(
    [...(sorted ? known.sort() : known), ...others].map((key) => [
      key,
      orderKeys(value[key], schema.properties?.[key] ?? {}, sorted),
    ]),
  );
}

/** Breaks a value where the schema restricts it: codes outside the list, numbers out of range. */
function violate(value: unknown, schema: JsonSchema, mode: "wrong-enum" | "wrong-range"): unknown {
  if (mode === "wrong-enum" && schema.enum) return `not one of ${schema.enum.length}`;
  if (mode === "wrong-range" && typeof value === "number") return (schema.maximum ?? 1) * 100 + 1;
  if (Array.isArray(value)) {
    return value.map((item: unknown) => violate(item, schema.items ?? {}, mode));
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      violate(part, schema.properties?.[key] ?? {}, mode),
    ]),
  );
}

/** Every text in a value, in order: what a model would say if it did not have to write JSON. */
function listTexts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(listTexts);
  return isRecord(value) ? Object.values(value).flatMap(listTexts) : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * What leaves the model for an answer under a format. A text that is no JSON is forced into it, as
 * a grammar does; JSON that a brain has chosen stays as it is, apart from the order of its keys.
 */
export function formatAnswer(
  answer: { readonly text?: string; readonly json?: unknown },
  format: Format,
  sorted: boolean,
  mode?: FormatMode,
): string {
  const text = answer.text ?? JSON.stringify(answer.json);
  if (format === undefined) return text;
  const schema = format === "json" ? {} : format;
  let value = answer.json ?? parse(text);
  if (value === undefined) {
    value =
      format === "json"
        ? { response: text }
        : fillSchema(schema, (_, { type, enum: codes }) => {
            if (codes) return codes.find((code) => code === text);
            return type === "string" ? text : undefined;
          });
  }
  const ordered = orderKeys(value, schema, sorted);
  switch (mode) {
    case "prose":
      return answer.text !== undefined && parse(answer.text) === undefined
        ? answer.text
        : `${listTexts(value).join(". ")}.`;
    case "fenced":
      return `Here is the JSON:\n\`\`\`json\n${JSON.stringify(ordered, null, 2)}\n\`\`\`\n`;
    case "whitespace":
      return `\n\n  ${JSON.stringify(ordered, null, 8)}\n\n   \n`;
    case "wrong-enum":
    case "wrong-range":
      return JSON.stringify(violate(ordered, schema, mode));
    default:
      return JSON.stringify(ordered);
  }
}
