import { TlacError } from "../errors";
import { sniffType } from "./formats/sniff-type";
import { cutPart, findPart, looksLikePart } from "./multipart";
import { decodeText, MAX_TEXT_LENGTH, unquote } from "./read-text";

/** A part may hold base64; nothing is wrapped more often than that. */
const MAX_LAYERS = 3;

/** U+FEFF in UTF-8, byte by byte. */
const UTF8_MARK = /^\u00ef\u00bb\u00bf/;

/** Line ends and zeros that a serial line or a stream leaves before a picture. */
const MAX_BLANKS = 64;

/**
 * The picture in bytes that hold it in another form: one part of a multipart (MJPEG) stream with
 * its headers in front, base64, a data URL or a Buffer as JSON. Other bytes come back as they are.
 * Throws `BAD_IMAGE` for a part that holds no picture.
 */
export async function unwrapBytes(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const type = sniffType(bytes);
    if (type && type.name !== "text") return bytes;
    const inner = await openLayer(bytes, type !== null, maxBytes);
    if (!inner) return bytes;
    bytes = inner;
  }
  return bytes;
}

async function openLayer(
  bytes: Uint8Array,
  isText: boolean,
  maxBytes: number,
): Promise<Uint8Array | null> {
  if (looksLikePart(bytes)) {
    const part = cutPart(bytes);
    if (part) return part;
    throw new TlacError("BAD_IMAGE", "frame.empty-part");
  }
  if (isText && bytes.length <= MAX_TEXT_LENGTH) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    const inner = await decodeText(unquote(text.replace(UTF8_MARK, "")), maxBytes);
    return inner && sniffType(inner) ? inner : null;
  }
  const part = isText ? null : findPart(bytes);
  if (part) return part;
  let blanks = 0;
  while (blanks < MAX_BLANKS && isBlank(bytes[blanks])) blanks += 1;
  return blanks > 0 && sniffType(bytes.subarray(blanks)) ? bytes.subarray(blanks) : null;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x0d || byte === 0x0a || byte === 0 || byte === 0x20;
}
