import path from "node:path";

import { TlacError } from "../errors";
import { fetchImage } from "./fetch-image";
import type { FrameRules } from "./frame-options";
import { readImageFile } from "./read-image-file";
import { sniffType } from "./formats/sniff-type";

/** Longer than any path of the common systems. */
const MAX_PATH_LENGTH = 4096;

/**
 * The bytes that a string stands for: base64, a data URL, or (where allowed) a path or URL.
 * Throws `BAD_IMAGE`.
 */
export async function readText(text: string, rules: FrameRules): Promise<Uint8Array> {
  const given = text.trim();
  if (given === "") throw new TlacError("BAD_IMAGE", "frame.empty");
  if (/^data:/i.test(given)) return decodeDataUrl(given, rules.maxBytes);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(given)?.[1]?.toLowerCase();
  if (scheme === "http" || scheme === "https") return fetchImage(given, rules);
  if (scheme === "file") return readImageFile(given, rules);
  if (scheme !== undefined) throw new TlacError("BAD_IMAGE", "frame.bad-scheme", { scheme });

  // "/9j/4AAQ…" is base64 of a JPEG and reads like a path, "/data/cam/shot" is a path and reads
  // like base64: the bytes decide.
  const bytes = decodeBase64(given, rules.maxBytes);
  if (bytes && sniffType(bytes)) return bytes;
  if (looksLikePath(given)) return readImageFile(given, rules);
  if (bytes) return bytes;
  throw new TlacError("BAD_IMAGE", "frame.bad-text", { start: shorten(given) });
}

function decodeDataUrl(url: string, maxBytes: number): Uint8Array {
  const comma = url.indexOf(",");
  const base64 = comma > 0 && /;\s*base64\s*$/i.test(url.slice(0, comma));
  const bytes = base64 ? decodeBase64(url.slice(comma + 1), maxBytes) : null;
  if (!bytes) throw new TlacError("BAD_IMAGE", "frame.bad-data-url", { start: shorten(url) });
  return bytes;
}

/** Null: no base64 (plain or URL-safe, with or without line breaks and padding). */
function decodeBase64(text: string, maxBytes: number): Uint8Array | null {
  if (text.length > 2 * maxBytes + 4) {
    throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: maxBytes });
  }
  const digits = text.replace(/[\r\n\t]+/g, "").replace(/={1,2}$/, "");
  if (digits.length % 4 === 1) return null;
  // Node's decoder skips what is no base64: a shorter result gives it away, without a regular
  // expression over megabytes.
  const bytes = Buffer.from(digits, "base64");
  return bytes.length === Math.floor((digits.length * 3) / 4) ? bytes : null;
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
