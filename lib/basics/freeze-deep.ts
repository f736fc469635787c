/** Freezes plain data at any depth, so that what several owners share cannot be changed by one. */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  // Views of bytes cannot be frozen; whoever shares them copies them.
  if (ArrayBuffer.isView(value)) return value;
  for (const part of Object.values(value)) freezeDeep(part);
  return Object.freeze(value);
}
