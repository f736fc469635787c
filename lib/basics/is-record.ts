/** An object with named fields, of which nothing else is known yet. */
export type UnknownRecord = Readonly<Record<string, unknown>>;

/** Whether a value, parsed or received, is an object with named fields: no list, not null. */
export function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
