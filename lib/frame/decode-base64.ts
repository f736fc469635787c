import { sniffType } from "./formats/sniff-type";
import { Pause } from "./pause";

/** Lines of base64 have 64 or 76 digits; a space within the first 60 is none that ends a line. */
const SHORTEST_LINE = 60;

/** More than two lines of base64. */
const HEAD_LENGTH = 1000;

/** Digits that are decoded in one go; a multiple of four. */
const PIECE = 1 << 20;

/** The value of the digit `+`. */
const PLUS = 62;

/** What a character is, where it is no digit 0…63. */
const SPACE = 64;
const LINE_END = 65;
const PADDING = 66;
const NO_DIGIT = 255;

/** Some encoders pad what is full already. */
const MAX_PADDING = 3;

const PERCENT = 0x25;
const BACKSLASH = 0x5c;

const VALUES = createValues();

/**
 * Base64, plain or URL-safe, with or without line breaks and padding, percent-encoded, escaped as in
 * JSON, or with spaces where a form has turned `+` into them. Null: none.
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
  const spacesSeparate = haveSeparateSpaces(text);
  const isIndented = haveIndents(text);
  const bytes = Buffer.alloc(Math.ceil((text.length * 3) / 4));
  const pause = new Pause();
  let length = 0;
  let bits = 0;
  let buffer = 0;
  let digits = 0;
  let padding = 0;
  let pluses = 0;
  let isLineStart = false;
  let skip = 0;
  for (let start = 0; start < text.length; start += PIECE) {
    const piece = Buffer.from(text.slice(start, start + PIECE), "latin1");
    let at = skip;
    for (; at < piece.length; at++) {
      let code = piece[at];
      if (code === PERCENT || code === BACKSLASH) {
        const escape = readEscape(text.slice(start + at, start + at + 6));
        code = escape.code;
        at += escape.length - 1;
      }
      let value = VALUES[code ?? 0] ?? NO_DIGIT;
      const isGap =
        value === SPACE &&
        (spacesSeparate || digits === 0 || padding > 0 || (isIndented && isLineStart));
      if (value === LINE_END || isGap) {
        isLineStart = true;
        continue;
      }
      isLineStart = false;
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
  if (padding > MAX_PADDING || digits % 4 === 1) return null;
  const decoded = bytes.subarray(0, length);
  // A sentence has spaces too: only a picture shows that they were pluses.
  return pluses > 0 && !sniffType(decoded) ? null : decoded;
}

/** `%2B` of a URL; `\/`, `\n` and `\u002b` of JSON. */
function readEscape(text: string): { code: number; length: number } {
  const [, hex, wideHex, sign] = ESCAPE.exec(text) ?? [];
  if (hex !== undefined) return { code: parseInt(hex, 16), length: 3 };
  if (wideHex !== undefined) return { code: parseInt(wideHex, 16), length: 6 };
  // A line end, whichever; what is no escape is no digit.
  return { code: sign === undefined ? 0 : sign === "/" ? 0x2f : 0x0a, length: 2 };
}

const ESCAPE = /^(?:%([0-9a-f]{2})|\\u00([0-9a-f]{2})|\\([/nrt]))/i;

/** Whether spaces stand between digits; where no plus is left, they may all have become spaces. */
function haveSeparateSpaces(text: string): boolean {
  const first = text.indexOf(" ");
  if (first < 0) return true;
  if (text.includes("+") || text.includes("-") || /%2b|\\u002b/i.test(text)) return true;
  return first >= SHORTEST_LINE && first % 4 === 0 && text[2 * first + 1] === " ";
}

/** Whether the second line begins with a space, and so does the third where there is one. */
function haveIndents(text: string): boolean {
  const [, second = "", third = " "] = text.slice(0, HEAD_LENGTH).split(/\r\n|\n|\r/);
  return /^[ \t]/.test(second) && /^[ \t]/.test(third);
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
