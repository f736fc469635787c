import type { Node, NodeAPI } from "node-red";

import { TlacError, type ErrorCode } from "../../../lib/errors";
import { NUMBERS, type NumberName } from "../../field-table";

/** A number as an editor's field holds it: text, empty where nothing was typed. */
export type NumberField = string | number | undefined;

/** Undefined where the table knows no number for an empty field. */
type Read<N extends NumberName> = (typeof NUMBERS)[N]["empty"] extends number
  ? number
  : number | undefined;

/**
 * The number in a field of the table, or what the table says that an empty one means. Throws
 * `BAD_CONFIG` outside the field's range.
 */
export function readNumber<N extends NumberName>(value: NumberField, name: N): Read<N> {
  const { min, max, whole, empty } = NUMBERS[name];
  const text = String(value ?? "").trim();
  if (!text) return (typeof empty === "number" ? empty : undefined) as Read<N>;
  const number = Number(text);
  if (number >= min && number <= max && (!whole || Number.isInteger(number))) return number;
  const params = { field: { key: `nodes.field-${name}` }, min, max, value: text } as const;
  throw new TlacError("BAD_CONFIG", whole ? "nodes.bad-whole" : "nodes.bad-number", params);
}

/** One of the choices, or undefined where the value is empty. */
export function readChoice<T extends string>(
  value: unknown,
  choices: readonly T[],
  field: string,
  code: ErrorCode,
): T | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  const shown = typeof value === "string" ? value : typeof value;
  throw new TlacError(code, "nodes.bad-choice", {
    field,
    choices: choices.join(", "),
    value: shown,
  });
}

/** The texts of a field that lists them with commas or line breaks. */
export function readList(value: string | undefined): string[] {
  return (value ?? "")
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter(Boolean);
}

/** A text that a message may bring along; empty counts as absent. */
export function readText(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new TlacError("BAD_MESSAGE", "nodes.bad-text", { field, type: typeof value });
}

/** The config node that a dialog chose, or undefined where none was chosen. */
export function findConfig<T extends Node>(
  RED: NodeAPI,
  id: string | undefined,
  type: T["type"],
): T | undefined {
  if (!id) return undefined;
  const node = RED.nodes.getNode(id) as T | null;
  if (node?.type === type) return node;
  throw new TlacError("BAD_CONFIG", "nodes.missing-config", { id, type });
}
