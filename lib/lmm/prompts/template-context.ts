import { types } from "node:util";

import mustache from "mustache";

import { TlacError } from "../../errors";
import { sanitiseValue } from "./sanitise";

/** Longest single value that a message may put into a question, in characters. */
const MAX_VALUE_LENGTH = 2_000;

/** Lists inside lists that are written out. */
const MAX_LIST_DEPTH = 4;

/** Text that is already fit for a question, whatever its length. */
export class FitText {
  constructor(private readonly write: () => string) {}

  get text(): string {
    return this.write();
  }
}

/** What rendering one question may cost. */
export interface Budget {
  /** Throws once `steps` more are too many. */
  spend(steps: number): void;
}

/**
 * Where mustache looks a name up. Only own data properties are read, so nothing that a template
 * names can reach a prototype, run a getter or be called; an unknown name is an empty text.
 */
export class TemplateContext extends mustache.Context {
  constructor(
    view: unknown,
    private readonly budget: Budget,
    private readonly outer?: TemplateContext,
  ) {
    super(view, outer);
  }

  override push(view: unknown): TemplateContext {
    return new TemplateContext(view, this.budget, this);
  }

  /** Text, list or record; the empty text for whatever is none of them. */
  override lookup(name: string): unknown {
    if (name === ".") return this.toValue(this.view);
    const path = name.split(".");
    const found = path.reduce<unknown>(readOwn, this.view);
    if (found === undefined) return this.outer?.lookup(name) ?? "";
    return this.toValue(found);
  }

  private toValue(value: unknown): unknown {
    switch (typeof value) {
      case "string":
        return value;
      case "number":
      case "bigint":
        return String(value);
      case "boolean":
        return value ? "true" : "";
      case "object":
        break;
      default:
        return "";
    }
    if (value === null || types.isProxy(value) || ArrayBuffer.isView(value)) return "";
    if (types.isDate(value)) return toTimestamp(value);
    if (value instanceof FitText) return value.text === "" ? "" : value;
    if (!Array.isArray(value)) return value;
    this.budget.spend(value.length);
    return Array.from({ length: value.length }, (_, index) => readOwn(value, String(index)));
  }
}

/**
 * A looked-up value as it stands in the question: one clean line, a list with commas, nothing for
 * a record. Throws `BAD_MESSAGE` for one that is too long.
 */
export function toText(value: unknown, name: string, depth = MAX_LIST_DEPTH): string {
  if (value instanceof FitText) return value.text;
  if (Array.isArray(value)) {
    if (depth === 0) return "";
    return value.map((item: unknown) => toText(item, name, depth - 1)).join(",");
  }
  const text =
    typeof value === "string" || typeof value === "number" || typeof value === "bigint"
      ? String(value)
      : value === true
        ? "true"
        : types.isDate(value)
          ? toTimestamp(value)
          : "";
  if (text.length <= MAX_VALUE_LENGTH) return sanitiseValue(text);
  throw new TlacError("BAD_MESSAGE", "lmm.prompt-value-too-long", {
    name,
    length: text.length,
    most: MAX_VALUE_LENGTH,
  });
}

function readOwn(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (types.isProxy(value) || ArrayBuffer.isView(value)) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function toTimestamp(date: Date): string {
  const time = Date.prototype.getTime.call(date);
  return Number.isNaN(time) ? "" : new Date(time).toISOString();
}
