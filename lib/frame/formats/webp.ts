import { damaged } from "../refuse";

/** A still picture has eight at most; the decoder would remember each. */
const MAX_CHUNKS = 1000;

/** Bytes before the first chunk: RIFF, the length of the rest, WEBP. */
const START = 12;

/**
 * An animation cut behind its first picture, which is the one that counts: thousands would be gone
 * through otherwise. A still picture comes back as it is. Throws `BAD_IMAGE` for one of too many
 * chunks.
 */
export function cutAnimation(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < START) return bytes;
  // Cameras fill up what they send: what lies beyond the picture's own end is none of it.
  const all = Math.min(file.length, 8 + file.readUInt32LE(4));
  let at = START;
  for (let nth = 0; at + 8 <= all; nth++) {
    if (nth === MAX_CHUNKS) throw damaged("WebP", { key: "frame.too-many-parts" });
    const length = file.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    if (file.toString("latin1", at, at + 4) === "ANMF") {
      if (end >= all) return bytes;
      const first = Buffer.from(file.subarray(0, end));
      first.writeUInt32LE(end - 8, 4);
      return first;
    }
    at = end;
  }
  return bytes;
}
