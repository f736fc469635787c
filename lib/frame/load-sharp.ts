import type sharp from "sharp";

import { TlacError } from "../errors";

export type Sharp = typeof sharp;

let loaded: Sharp | undefined;

/**
 * The image library, loaded with the first image: its native part costs start-up time, and a
 * platform without it should still get as far as a sentence. Throws `BAD_CONFIG`.
 */
export async function loadSharp(): Promise<Sharp> {
  try {
    // Importing anew takes half a millisecond each time, which a frame would pay thrice.
    if (!loaded) {
      loaded = (await import("sharp")).default;
      // It would remember what it has done for pictures that never come again: each costs a tenth
      // of a millisecond and the memory.
      loaded.cache(false);
    }
    return loaded;
  } catch (cause) {
    throw new TlacError(
      "BAD_CONFIG",
      "frame.no-sharp",
      { platform: `${process.platform}-${process.arch}` },
      { cause },
    );
  }
}
