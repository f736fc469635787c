import path from "node:path";

import { TlacError } from "../errors";
import { decodeBase64 } from "./decode-base64";
import { fetchImage } from "./fetch-image";
import { sniffType } from "./formats/sniff-type";
import type { FrameRules } from "./frame-options";
import { readNumbers } from "./read-bytes";
import { readImageFile } from "./read-image-file";

/** Longer than any path of the common systems. */
const MAX_PATH_LENGTH = 4096;

/** Longer than base64 of the largest picture that comes as a text; a Buffer may hold more. */
const MAX_TEXT_LENGTH = 96 * 1024 ** 2;

/** Escapes are three characters a byte, and only small pictures come so. */
const MAX_ESCAPED_LENGTH = 8 * 1024 ** 2;

/** Parsing more JSON than that would hold up everything else. */
const MAX_JSON_LENGTH = 8 * 1024 ** 2;

/**
 * The bytes that a string stands for: base64, a data URL, a Buffer as JSON, or (where allowed) a
 * path or URL. Throws `BAD_IMAGE`.
 */
export async function readText(text: string, rules: FrameRules): Promise<Uint8Array> {
  const given = unquote(text.trim());
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
  throw new TlacError("BAD_IMAGE", "frame.bad-text", { start: shorten(given) });
}

/** The bytes that a text holds by itself; null: none. Throws `BAD_IMAGE` for a broken data URL. */
export async function decodeText(text: string, maxBytes: number): Promise<Uint8Array | null> {
  if (text.length > Math.min(3 * maxBytes + 4, MAX_TEXT_LENGTH)) {
    throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: maxBytes });
  }
  if (/^data(:|%3a)/i.test(text)) return decodeDataUrl(text);
  if (/^(\{\s*"|\[\s*\d)/.test(text)) return parseBuffer(text);
  return decodeBase64(text);
}

/** Whatever stands around it: white space, quotation marks, the slashes that some JSON escapes. */
function unquote(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  return text.slice(1, -1).replaceAll("\\/", "/").trim();
}

async function decodeDataUrl(given: string): Promise<Uint8Array> {
  // A query or form may have escaped the whole of it.
  const url = /^data:[^,]{0,200},/i.test(given) ? given : unescape(given);
  const comma = url.indexOf(",");
  const isBase64 = /;\s*base64\s*$/i.test(url.slice(0, Math.max(comma, 0)).slice(-20));
  const content = url.slice(comma + 1);
  const bytes = comma < 0 ? null : isBase64 ? await decodeBase64(content) : decodeEscapes(content);
  if (!bytes) throw new TlacError("BAD_IMAGE", "frame.bad-data-url", { start: shorten(given) });
  return bytes;
}

/** Bytes written as characters and `%` with two hex digits (RFC 2397); null: no picture of ours. */
function decodeEscapes(content: string): Uint8Array | null {
  if (content.length > MAX_ESCAPED_LENGTH) return null;
  const latin = content.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  const bytes = Buffer.from(latin, "latin1");
  return sniffType(bytes) ? bytes : null;
}

/** A Buffer that JSON has been made of, and list of bytes; null: other JSON. */
async function parseBuffer(text: string): Promise<Uint8Array | null> {
  if (text.length > MAX_JSON_LENGTH) return null;
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
  if (text.length > MAX_ESCAPED_LENGTH) return text;
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
