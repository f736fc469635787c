/** A deep copy of plain data and Buffers: what leaves in a message is the flow's to change. */
export function copyOut<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copy(part)]));
}
