import path from "node:path";

import { TlacError } from "../errors";
import { decodeBase64 } from "./decode-base64";
import { decodeByteText, decodeEscapes, decodeHex } from "./decode-byte-text";
import { fetchImage } from "./fetch-image";
import { sniffType } from "./formats/sniff-type";
import type { FrameRules } from "./frame-options";
import { readNumbers } from "./read-bytes";
import { readImageFile } from "./read-image-file";
import { scanNumbers } from "./scan-numbers";

/** Longer than any path of the common systems. */
const MAX_PATH_LENGTH = 4096;

/** Longer than base64 of the largest picture that comes as a text; a Buffer may hold more. */
export const MAX_TEXT_LENGTH = 96 * 1024 ** 2;

/** Decoding the escapes of more, or parsing more JSON, would hold up everything else. */
const MAX_AT_ONCE = 4 * 1024 ** 2;

/** What stands before the content of a data URL: `a/b;name="x,y";base64,`. */
const DATA_HEAD = /^data\s*:[^,]{0,200}(?:,[^,]{0,200}){0,3}?;\s*base64\s*,/i;

/** Pictures in base64 often come without the start of their data URL. */
const BARE_HEAD = /^(?:image(?:\/|\\\/)[\w.+-]{1,40};)?base64,/i;

/** What is left of a picture's first bytes where they were read as UTF-8. */
const BROKEN_START =
  /^\ufffd(?:PNG\r?\n|\ufffd\ufffd?\ufffd?)|^(?:RIFF|II\*\0|MM\0\*|BM)[^]{0,200}\ufffd/;

/**
 * The bytes that a string stands for: base64, a data URL, a Buffer as JSON, hex digits, a character a
 * byte, or (where allowed) a path or URL. Throws `BAD_IMAGE`.
 */
export async function readText(text: string, rules: FrameRules): Promise<Uint8Array> {
  const plain = text.length <= MAX_TEXT_LENGTH ? await decodeByteText(text) : null;
  if (plain) return plain;
  const given = unquote(text);
  if (given === "") throw new TlacError("BAD_IMAGE", "frame.empty");
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(given)?.[1]?.toLowerCase();
  if (/^(https?|rtsps?)$/.test(scheme ?? "")) return fetchImage(given, rules);
  if (scheme === "file") return readImageFile(given, rules);
  if (scheme !== undefined) throw new TlacError("BAD_IMAGE", "frame.bad-scheme", { scheme });

  // "/9j/4AAQ…" is base64 of a JPEG and reads like a path, "/data/cam/shot" is a path and reads
  // like base64: the bytes decide.
  const bytes = await decodeText(given, rules.maxBytes);
  if (bytes && sniffType(bytes)) return bytes;
  if (looksLikePath(given)) return readImageFile(given, rules);
  if (bytes) return bytes;
  if (BROKEN_START.test(given)) throw new TlacError("BAD_IMAGE", "frame.broken-text");
  throw new TlacError("BAD_IMAGE", "frame.bad-text", { start: shorten(given) });
}

/** The bytes that a text holds by itself; null: none. Throws `BAD_IMAGE` for a broken data URL. */
export async function decodeText(text: string, maxBytes: number): Promise<Uint8Array | null> {
  if (text.length > Math.min(3 * maxBytes + 4, MAX_TEXT_LENGTH)) {
    throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: maxBytes });
  }
  if (/^data\s*(:|%3a)/i.test(text)) return decodeDataUrl(text);
  if (BARE_HEAD.test(text)) return decodeDataUrl(`data:${text}`);
  if (/^(\{\s*"|\[\s*\d)/.test(text)) return parseBuffer(text);
  return (await decodeHex(text)) ?? decodeBase64(text);
}

/**
 * Without what stands around it: white space, the zero that ends a text in C, quotation marks, and
 * how Python shows bytes (`b'…'`).
 */
export function unquote(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "\0") end -= 1;
  const bare = text.slice(0, end).trim();
  const mark = /^b?(["'`])/.exec(bare);
  if (!mark?.[1] || !bare.endsWith(mark[1]) || bare.length < 2) return bare;
  return bare.slice(mark[0].length, -1).trim();
}

async function decodeDataUrl(given: string): Promise<Uint8Array> {
  // A query or form may have escaped the whole of it.
  const url = /^data\s*:[^,]{0,200},/i.test(given) ? given : unescape(given);
  const head = DATA_HEAD.exec(url)?.[0];
  const comma = url.indexOf(",");
  const content = url.slice(head?.length ?? comma + 1);
  const bytes = head
    ? await decodeBase64(withoutFragment(content))
    : comma < 0
      ? null
      : await decodeEscapes(content);
  if (!bytes) throw new TlacError("BAD_IMAGE", "frame.bad-data-url", { start: shorten(given) });
  return bytes;
}

function withoutFragment(content: string): string {
  const hash = content.lastIndexOf("#");
  return hash < 0 ? content : content.slice(0, hash);
}

/** A Buffer that JSON has been made of, and list of bytes; null: other JSON. */
async function parseBuffer(text: string): Promise<Uint8Array | null> {
  const bytes = await scanNumbers(text);
  if (bytes || text.length > MAX_AT_ONCE) return bytes;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const numbers = await readNumbers(value);
  return numbers instanceof Uint8Array ? numbers : null;
}

function unescape(text: string): string {
  if (text.length > MAX_AT_ONCE) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function looksLikePath(text: string): boolean {
  if (text.length > MAX_PATH_LENGTH || /[\r\n]/.test(text) || text.startsWith("/9j/")) return false;
  return (
    path.posix.isAbsolute(text) ||
    path.win32.isAbsolute(text) ||
    /^(\.{1,2}|~)[/\\]/.test(text) ||
    /\.[a-z0-9]{2,5}$/i.test(text)
  );
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
