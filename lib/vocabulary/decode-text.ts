/**
 * The text of a file that does not say how it is encoded. Windows and Excel write UTF-8 and UTF-16
 * with or without a mark, Japanese programs Shift_JIS (Windows' cp932) and EUC-JP, and Western
 * European ones Windows-1252.
 */
import { TlacError } from "../errors";

type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "shift_jis" | "euc-jp" | "windows-1252";

/** The first bytes of files that people take for tables. */
const WORKBOOKS = ["PK\x03\x04", "\xd0\xcf\x11\xe0"];

/** Programs that say "Excel" and write a web page or XML. */
const PAGE_START = /^\ufeff?\s*<(?:!doctype|html|head|meta|style|table|\?xml)\b/i;

/** Bytes from which an encoding is told; a cut character at their end is not held against any. */
const SAMPLE_BYTES = 64 * 1024;

/** Throws `BAD_CONFIG` for a file that is no text. */
export function decodeText(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4));
  if (WORKBOOKS.some((mark) => start.toString("latin1").startsWith(mark))) {
    throw new TlacError("BAD_CONFIG", "vocabulary.workbook");
  }
  const encoding = findEncoding(bytes);
  const text =
    encoding === "windows-1252" ? decodeWestern(bytes) : new TextDecoder(encoding).decode(bytes);
  if (hasControls(text)) throw new TlacError("BAD_CONFIG", "vocabulary.not-text");
  if (PAGE_START.test(text)) throw new TlacError("BAD_CONFIG", "vocabulary.workbook");
  return text;
}

function findEncoding(bytes: Uint8Array): Encoding {
  const marked = readMark(bytes);
  if (marked) return marked;
  const utf8 = tryDecode("utf-8", bytes);
  if (utf8 !== null && !hasControls(utf8)) return "utf-8";
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  return looksWide(sample) ?? findNarrow(sample);
}

/** The byte order mark, where there is one. */
function readMark([first, second, third]: Uint8Array): Encoding | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return undefined;
}

/** UTF-16 without a mark: only there do zeros stand beside ASCII; in the wrong order it is noise. */
function looksWide(bytes: Uint8Array): Encoding | undefined {
  if (bytes.length % 2 > 0 || !bytes.includes(0)) return undefined;
  const scores = (["utf-16le", "utf-16be"] as const).map((encoding) => {
    const text = tryDecode(encoding, bytes);
    const isText = text !== null && !hasControls(text);
    return { encoding, score: isText ? scoreWide(text) : -Infinity };
  });
  const [best] = scores.sort((a, b) => b.score - a.score);
  return best && best.score > 0 ? best.encoding : undefined;
}

/** ASCII, Latin letters and the characters of Japanese speak for a reading, all else against it. */
function scoreWide(text: string): number {
  let score = 0;
  for (const character of text) {
    score += /[\t\r\n -~\u00a0-\u017f\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]/.test(character)
      ? 1
      : -2;
    // Line ends and separators are in every table; kanji are in every noise.
    if (/[\t\r\n,;]/.test(character)) score += 4;
  }
  return score;
}

/** Of the encodings in which every byte can mean something, the one that makes most sense. */
function findNarrow(bytes: Uint8Array): Encoding {
  const scores: [Encoding, number][] = [
    ["shift_jis", scoreJapanese(bytes, "shift_jis")],
    ["euc-jp", scoreJapanese(bytes, "euc-jp")],
    ["windows-1252", scoreWestern(bytes)],
  ];
  const [[best]] = scores.sort(([, a], [, b]) => b - a) as [[Encoding, number]];
  return best;
}

/** How much of the text a Japanese table would hold, a point for each byte that it explains. */
function scoreJapanese(bytes: Uint8Array, encoding: "shift_jis" | "euc-jp"): number {
  const text = tryDecode(encoding, bytes);
  if (text === null) return -Infinity;
  const isWide = (character: string | undefined): boolean =>
    character !== undefined && /[\u3000-\u9fff\uff01-\uff9f]/.test(character);
  const isLetter = (character: string | undefined): boolean =>
    character !== undefined && /[A-Za-z]/.test(character);
  let score = 0;
  const characters = Array.from(text);
  for (const [at, character] of characters.entries()) {
    const [before, after] = [characters[at - 1], characters[at + 1]];
    if (/[\0-\x7f]/.test(character)) continue;
    if (/[\u3041-\u30fe]/.test(character)) score += 4;
    else if (/[\uff61-\uff9f]/.test(character)) score += isWide(before) || isWide(after) ? 1 : -1;
    else if (/[\u3000-\u3020\uff01-\uff60]/.test(character)) score += 2;
    // Between two Latin letters stands an accent of theirs that was read as half a kanji.
    else if (!isWide(before) && !isWide(after) && isLetter(before ?? after)) score -= 4;
    else if (/[\u4e00-\u9fff]/.test(character)) score += isCommon(character) ? 3 : -1;
    else score += /[\ue000-\uf8ff]/.test(character) ? -6 : 0;
  }
  return score;
}

/** Whether a kanji is of JIS X 0208's first level, where those of daily use are. */
function isCommon(kanji: string): boolean {
  return (LEVEL_ONE ??= readLevelOne()).has(kanji);
}

let LEVEL_ONE: ReadonlySet<string> | undefined;

/** Rows 16 to 47 of JIS X 0208, as EUC-JP has them. */
function readLevelOne(): ReadonlySet<string> {
  const bytes: number[] = [];
  for (let row = 0xb0; row <= 0xcf; row++) {
    for (let cell = 0xa1; cell <= (row === 0xcf ? 0xd3 : 0xfe); cell++) bytes.push(row, cell);
  }
  return new Set(new TextDecoder("euc-jp").decode(Uint8Array.from(bytes)));
}

/** Accented letters among Latin ones speak for Windows-1252; signs inside words speak against it. */
function scoreWestern(bytes: Uint8Array): number {
  const text = decodeWestern(bytes);
  let score = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (/[\0-\x7f]/.test(character)) continue;
    const around = text.charAt(at - 1) + text.charAt(at + 1);
    const isAccent = /[À-ÖØ-öø-ÿŠšŽžŸŒœ]/.test(character);
    if (isAccent) score += /[A-Za-z]/.test(around) ? 4 : 0;
    else if (/[\u0080-\u009f]/.test(character)) score -= 6;
    else if (/[°²³µ±×·–—€‘’“”„«»…§®©£½¼¾Ø]/.test(character)) score += 1;
    else score -= 2;
  }
  return score;
}

/** Bytes 0x80 to 0x9f, for which Node 20's decoder answers ISO 8859-1 (WHATWG Encoding, index). */
const WESTERN_SIGNS = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

function decodeWestern(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (sign) => WESTERN_SIGNS.charAt(sign.charCodeAt(0) - 0x80));
}

function tryDecode(encoding: Encoding, bytes: Uint8Array): string | null {
  try {
    // A sample may end within a character.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, {
      stream: bytes.length === SAMPLE_BYTES,
    });
  } catch {
    return null;
  }
}

/** Control characters other than tab, line ends and the end-of-file mark of old programs. */
function hasControls(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- they are what tells bytes from text
  return /[\0-\x08\x0e-\x19\x1b-\x1f\x7f]/.test(text);
}
