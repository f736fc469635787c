export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether parsed JSON is an object with named fields. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
