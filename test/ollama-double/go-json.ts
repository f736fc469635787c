import { ApiError, missingBody } from "./errors";
import { isRecord } from "./schema";

/** What a field must be, named as Go names it in its error. */
export type GoType =
  "string" | "bool" | "int" | "map[string]interface {}" | "[]string" | "[]api.Message";

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function fits(value: unknown, type: GoType): boolean {
  if (value === null || value === undefined) return true;
  if (type === "int") return Number.isInteger(value);
  if (type.startsWith("[]")) return Array.isArray(value);
  if (type.startsWith("map")) return isRecord(value);
  return kindOf(value) === type;
}

/** The 400 with Go's own text for a value of the wrong type. */
export function cannotUnmarshal(value: unknown, field: string, type: string): ApiError {
  return new ApiError(
    400,
    `json: cannot unmarshal ${kindOf(value)} into Go struct field ${field} of type ${type}`,
  );
}

/** Parses a body. Throws the 400s for an empty body, broken JSON and a value that is no object. */
export function parseBody(bytes: Buffer, struct: string): Record<string, unknown> {
  if (bytes.length === 0) throw missingBody();
  const text = bytes.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, wordSyntaxError(text, String(error)));
  }
  if (value === null) return {};
  if (!isRecord(value)) {
    const kind = kindOf(value);
    throw new ApiError(400, `json: cannot unmarshal ${kind} into Go value of type api.${struct}`);
  }
  return value;
}

/** Node's complaint in Go's words. */
function wordSyntaxError(text: string, complaint: string): string {
  if (text.trim() === "") return "EOF";
  if (/unexpected end|unterminated/i.test(complaint)) return "unexpected EOF";
  const position = /at position (\d+)/.exec(complaint)?.[1];
  const char =
    /token '?(.)'?,? /u.exec(complaint)?.[1] ??
    (position === undefined ? undefined : text[Number(position)]);
  if (char === undefined) return "unexpected EOF";
  const where = /property name/i.test(complaint)
    ? "looking for beginning of object key string"
    : /after (property value|array element)/i.test(complaint)
      ? "after object key:value pair"
      : "looking for beginning of value";
  return `invalid character '${char}' ${where}`;
}

/** Checks the fields that are there; what is missing is left to its default. */
export function checkFields(
  body: Record<string, unknown>,
  struct: string,
  fields: Readonly<Record<string, GoType>>,
): void {
  for (const [name, type] of Object.entries(fields)) {
    const value = body[name];
    if (!fits(value, type)) throw cannotUnmarshal(value, `${struct}.${name}`, type);
  }
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
};

/** A Go duration such as "1h30m" in milliseconds. Throws the 400 with Go's text. */
function parseDuration(text: string): number {
  const quoted = JSON.stringify(text);
  const sign = text.startsWith("-") ? -1 : 1;
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return 0;
  let total = 0;
  if (rest === "") throw new ApiError(400, `time: invalid duration ${quoted}`);
  while (rest !== "") {
    const [all, figure, unit] = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest) ?? [];
    if (all === undefined || figure === undefined) {
      throw new ApiError(400, `time: invalid duration ${quoted}`);
    }
    if (!unit) throw new ApiError(400, `time: missing unit in duration ${quoted}`);
    const factor = UNITS_MS[unit];
    if (factor === undefined) {
      throw new ApiError(400, `time: unknown unit "${unit}" in duration ${quoted}`);
    }
    total += Number(figure) * factor;
    rest = rest.slice(all.length);
  }
  return sign * total;
}

/** `keep_alive` in milliseconds; Infinity for ever, undefined where nothing is said. */
export function parseKeepAlive(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  let ms: number;
  if (typeof value === "number") ms = value * 1000;
  else if (typeof value === "string") ms = parseDuration(value);
  else throw new ApiError(400, `Unsupported type: '${goTypeName(value)}'`);
  return ms < 0 ? Infinity : ms;
}

function goTypeName(value: unknown): string {
  if (typeof value === "boolean") return "bool";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}

/** `think` as set; undefined where nothing is said. Throws the 400 for another word. */
export function parseThink(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  const allowed = '"high", "medium", "low", "max", true, or false';
  if (typeof value !== "string") {
    throw new ApiError(400, `think must be a boolean or string (${allowed})`);
  }
  if (!["high", "medium", "low", "max"].includes(value)) {
    throw new ApiError(400, `invalid think value: ${JSON.stringify(value)} (must be ${allowed})`);
  }
  return true;
}
