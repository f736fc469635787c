import { sniffType } from "./formats/sniff-type";
import { Pause } from "./pause";

/** Lines of base64 have 64 or 76 digits; a space within the first 60 is none that ends a line. */
const SHORTEST_LINE = 60;

/** Digits that are decoded in one go; a multiple of four. */
const PIECE = 1 << 20;

/** The value of the digit `+`. */
const PLUS = 62;

/** What a character is, where it is no digit 0…63. */
const SPACE = 64;
const LINE_END = 65;
const PADDING = 66;
const NO_DIGIT = 255;

const PERCENT = 0x25;

const VALUES = createValues();

/**
 * Base64, plain or URL-safe, with or without line breaks and padding, percent-encoded, or with
 * spaces where a form has turned `+` into them. Null: none.
 */
export async function decodeBase64(text: string): Promise<Buffer | null> {
  const digits = text.trim().replace(/={1,2}$/, "");
  return (await decodePlain(digits)) ?? (await decodeCarefully(text.trim()));
}

/** Node's decoder skips what is no digit: a shorter result gives it away. */
async function decodePlain(digits: string): Promise<Buffer | null> {
  if (digits.length % 4 === 1) return null;
  const pieces: Buffer[] = [];
  const pause = new Pause();
  for (let at = 0; at < digits.length; at += PIECE) {
    const piece = digits.slice(at, at + PIECE);
    const bytes = Buffer.from(piece, "base64");
    if (bytes.length !== Math.floor((piece.length * 3) / 4)) return null;
    pieces.push(bytes);
    if (pause.isDue(PIECE / 4)) await pause.rest();
  }
  return Buffer.concat(pieces);
}

/** Character by character, in pieces that hold nothing else up. */
async function decodeCarefully(text: string): Promise<Buffer | null> {
  const spacesSeparate = haveLines(text);
  const bytes = Buffer.alloc(Math.ceil((text.length * 3) / 4));
  const pause = new Pause();
  let length = 0;
  let bits = 0;
  let buffer = 0;
  let digits = 0;
  let padding = 0;
  let pluses = 0;
  let isIndent = false;
  let skip = 0;
  for (let start = 0; start < text.length; start += PIECE) {
    const piece = Buffer.from(text.slice(start, start + PIECE), "latin1");
    let at = skip;
    for (; at < piece.length; at++) {
      let code = piece[at];
      if (code === PERCENT) {
        code = parseInt(text.slice(start + at + 1, start + at + 3), 16);
        at += 2;
      }
      let value = VALUES[code ?? 0] ?? NO_DIGIT;
      if (value === LINE_END || (value === SPACE && (spacesSeparate || isIndent || padding > 0))) {
        isIndent = true;
        continue;
      }
      isIndent = false;
      if (value === PADDING) {
        padding += 1;
        continue;
      }
      if (value === SPACE) {
        value = PLUS;
        pluses += 1;
      }
      if (value === NO_DIGIT || padding > 0) return null;
      digits += 1;
      buffer = ((buffer << 6) | value) & 0xffff;
      bits += 6;
      if (bits < 8) continue;
      bits -= 8;
      bytes[length++] = buffer >> bits;
    }
    // An escape may reach into the next piece.
    skip = at - piece.length;
    await pause.rest();
  }
  if (padding > 2 || digits % 4 === 1) return null;
  const decoded = bytes.subarray(0, length);
  // A sentence has spaces too: only a picture shows that they were pluses.
  return pluses > 0 && !sniffType(decoded) ? null : decoded;
}

/** Whether spaces stand behind whole lines; others were pluses. */
function haveLines(text: string): boolean {
  const first = text.indexOf(" ");
  return first >= SHORTEST_LINE && first % 4 === 0 && text[2 * first + 1] === " ";
}

function createValues(): Uint8Array {
  const values = new Uint8Array(256).fill(NO_DIGIT);
  const put = (characters: string, value: number): void => {
    for (let at = 0; at < characters.length; at++) values[characters.charCodeAt(at)] = value + at;
  };
  put("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 0);
  put("-", PLUS);
  put("_", PLUS + 1);
  put("=", PADDING);
  put(" ", SPACE);
  for (const end of "\r\n\t") put(end, LINE_END);
  return values;
}
