import { createHash } from "node:crypto";

/** A reproducible stream of numbers in [0, 1): mulberry32. */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A 32-bit seed that depends on every part. */
export function seedFrom(...parts: readonly string[]): number {
  return createHash("sha256").update(parts.join("\0")).digest().readUInt32LE(0);
}
