import { Pause } from "../pause";

const EXTENSION = 0x21;
const PICTURE = 0x2c;
const TRAILER = 0x3b;

/** The file's header and the size of the canvas; a picture's place and size with its flags. */
const HEADER_BYTES = 13;
const PICTURE_BYTES = 10;

/** What passing over one block takes, in units of `Pause`. */
const PAUSE_PER_BLOCK = 4;

/**
 * An animation cut behind its first picture (GIF89a specification, 1990), which is the one that
 * counts: the decoder takes minutes to list millions of them. What is no GIF by its blocks stays as
 * it is for the decoder to judge.
 */
export async function cutGif(bytes: Uint8Array, pause = new Pause()): Promise<Uint8Array> {
  const end = await findPictureEnd(bytes, pause);
  if (end === null || end >= bytes.length || bytes[end] === TRAILER) return bytes;
  return Buffer.concat([bytes.subarray(0, end), Uint8Array.of(TRAILER)]);
}

/** Behind the first picture; null: there is none. */
async function findPictureEnd(bytes: Uint8Array, pause: Pause): Promise<number | null> {
  let at: number | null = HEADER_BYTES + paletteBytes(bytes[10]);
  for (;;) {
    if (bytes[at] === PICTURE) {
      const codes: number = at + PICTURE_BYTES + paletteBytes(bytes[at + 9]) + 1;
      return skipBlocks(bytes, codes, pause);
    }
    if (bytes[at] !== EXTENSION) return null;
    at = await skipBlocks(bytes, at + 2, pause);
    if (at === null) return null;
  }
}

/** A palette's bytes by the flags that tell of it. */
function paletteBytes(flags = 0): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

/** Behind data that come in blocks of up to 255 bytes, the last of 0; null: they do not end. */
async function skipBlocks(bytes: Uint8Array, at: number, pause: Pause): Promise<number | null> {
  while (at < bytes.length) {
    const length = bytes[at] ?? 0;
    at += 1 + length;
    if (length === 0) return at;
    if (pause.isDue(PAUSE_PER_BLOCK)) await pause.rest();
  }
  return null;
}
