import { Pause } from "./pause";

/** What stands before the bytes of a Buffer over JSON, or of a list. */
const START = /^(?:\{\s*"type"\s*:\s*"Buffer"\s*,\s*"data"\s*:\s*)?\[/;

const [COMMA, END, ZERO] = [0x2c, 0x5d, 0x30];

/**
 * The bytes of `[255, 216, …]` and of a Buffer over JSON, read number by number: parsing megabytes of
 * JSON at once would hold up everything else. Null: another form, or other numbers than bytes.
 */
export async function scanNumbers(text: string): Promise<Uint8Array | null> {
  const start = START.exec(text)?.[0].length;
  if (start === undefined) return null;
  const bytes = Buffer.alloc(Math.ceil((text.length - start) / 2) + 1);
  const pause = new Pause();
  let length = 0;
  let value = -1;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === END) {
      if (value < 0) return null;
      bytes[length++] = value;
      value = -1;
      if (code === END) return bytes.subarray(0, length);
    } else if (code >= ZERO && code <= ZERO + 9) {
      value = 10 * Math.max(value, 0) + code - ZERO;
      if (value > 255) return null;
    } else if (code > 0x20) return null;
    if (pause.isDue(1)) await pause.rest();
  }
  return null;
}
