import { sniffType } from "./formats/sniff-type";
import { looksLikePart } from "./multipart";
import { Pause } from "./pause";

/** Characters that tell what a text holds. */
const HEAD_LENGTH = 4096;

/** Characters that are decoded in one go; even. */
const PIECE = 1 << 20;

/** `ffd8…`, `0xffd8…`, `\\xffd8…` (PostgreSQL), `FF D8 …`, `ff:d8:…`. */
const HEX_START = /^(?:0x|\\x)?(?:[0-9a-f]{2}[\s:,-]?){8}/i;

const PERCENT = 0x25;

/** A picture in a text with one character a byte ("binary" or "latin1"); null: none. */
export async function decodeByteText(text: string): Promise<Uint8Array | null> {
  const head = text.slice(0, HEAD_LENGTH);
  // eslint-disable-next-line no-control-regex -- bytes have all numbers up to 255
  if (/[^\u0000-\u00ff]/.test(head)) return null;
  const start = Buffer.from(head, "latin1");
  if (!isPicture(start) && !looksLikePart(start)) return null;
  const bytes = Buffer.alloc(text.length);
  await inPieces(text, (piece, at) => {
    bytes.write(piece, at, "latin1");
  });
  return bytes;
}

/** A picture in hex digits, with or without a mark before and signs between; null: none. */
export async function decodeHex(text: string): Promise<Uint8Array | null> {
  if (!HEX_START.test(text)) return null;
  const digits = text.replace(/^(?:0x|\\x)/i, "");
  if (!isPicture(fromHex(digits.slice(0, HEAD_LENGTH)))) return null;
  const parts: Buffer[] = [];
  let rest = "";
  await inPieces(digits, (piece) => {
    const all = rest + piece.replace(/[\s:,-]/g, "");
    rest = all.length % 2 === 0 ? "" : all.slice(-1);
    parts.push(Buffer.from(all.slice(0, all.length - rest.length), "hex"));
  });
  return Buffer.concat(parts);
}

function fromHex(text: string): Buffer {
  return Buffer.from(text.replace(/[\s:,-]/g, ""), "hex");
}

/** Bytes written as characters and `%` with two hex digits (RFC 2397); null: no picture of ours. */
export async function decodeEscapes(content: string): Promise<Uint8Array | null> {
  const bytes = Buffer.alloc(content.length);
  let length = 0;
  let skip = 0;
  await inPieces(content, (piece, start) => {
    const codes = Buffer.from(piece, "latin1");
    let at = skip;
    for (; at < codes.length; at++) {
      const code = codes[at] ?? 0;
      const hex = code === PERCENT ? content.slice(start + at + 1, start + at + 3) : "";
      const isEscape = /^[0-9a-f]{2}$/i.test(hex);
      bytes[length++] = isEscape ? parseInt(hex, 16) : code;
      if (isEscape) at += 2;
    }
    // An escape may reach into the next piece.
    skip = at - codes.length;
  });
  const decoded = bytes.subarray(0, length);
  return sniffType(decoded) ? decoded : null;
}

async function inPieces(text: string, work: (piece: string, at: number) => void): Promise<void> {
  const pause = new Pause();
  for (let at = 0; at < text.length; at += PIECE) {
    work(text.slice(at, at + PIECE), at);
    await pause.rest();
  }
}

/** Whether bytes are those of a picture, which a text never begins with. */
function isPicture(bytes: Uint8Array): boolean {
  const type = sniffType(bytes);
  return type !== null && !type.hint && type.name !== "PNM";
}
