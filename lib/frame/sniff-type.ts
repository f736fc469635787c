/** A file type told by its first bytes. */
export interface FileType {
  /** As a person calls it. */
  readonly name: string;
  /** Whether we decode it. */
  readonly accepted: boolean;
}

const ACCEPTED = (name: string): FileType => ({ name, accepted: true });
const REFUSED = (name: string): FileType => ({ name, accepted: false });

/** [offset, bytes as Latin-1, type]; the first that fits counts. */
const SIGNATURES: readonly (readonly [number, string, FileType])[] = [
  [0, "\xff\xd8\xff", ACCEPTED("JPEG")],
  [0, "\x89PNG\r\n\x1a\n", ACCEPTED("PNG")],
  [8, "WEBP", ACCEPTED("WebP")],
  [0, "GIF87a", ACCEPTED("GIF")],
  [0, "GIF89a", ACCEPTED("GIF")],
  [8, "CR\x02\x00", REFUSED("Canon raw")],
  [0, "II*\0", ACCEPTED("TIFF")],
  [0, "MM\0*", ACCEPTED("TIFF")],
  [0, "%PDF-", REFUSED("PDF")],
  [0, "\0\0\0\x0cJXL \r\n\x87\n", REFUSED("JPEG XL")],
  [0, "\xff\x0a", REFUSED("JPEG XL")],
  [0, "\0\0\0\x0cjP  \r\n\x87\n", REFUSED("JPEG 2000")],
  [0, "\xff\x4f\xff\x51", REFUSED("JPEG 2000")],
  [0, "8BPS", REFUSED("Photoshop")],
  [0, "\0\0\x01\0", REFUSED("Windows icon")],
  [0, "PK\x03\x04", REFUSED("ZIP")],
  [0, "\x1f\x8b", REFUSED("gzip")],
  [0, "%!PS", REFUSED("PostScript")],
  [0, "\x1a\x45\xdf\xa3", REFUSED("video (Matroska)")],
];

/** HEIF brands whose pixels are H.265, which the prebuilt image library leaves out. */
const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);
const HEIF_BRANDS = new Set(["mif1", "mif2", "msf1", "miaf"]);

/** Bytes that are looked at; an SVG may begin with a long comment. */
const HEAD_BYTES = 4096;

/**
 * Tells a file's type by its bytes, whatever its name or media type claims; null: no type that we
 * know. Only an accepted type reaches the decoder, so an SVG (which may name other files) never
 * does.
 */
export function sniffType(bytes: Uint8Array): FileType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES));
  const latin = head.toString("latin1");
  for (const [offset, signature, type] of SIGNATURES) {
    if (!latin.startsWith(signature, offset)) continue;
    // A RIFF may be a sound or a video as well.
    if (type.name === "WebP" && !latin.startsWith("RIFF")) continue;
    return type;
  }
  if (latin.startsWith("ftyp", 4)) return sniffIsoMedia(head, latin);
  // "BM" alone begins many a text; a bitmap has four zero bytes at 6.
  if (latin.startsWith("BM") && latin.startsWith("\0\0\0\0", 6)) return REFUSED("BMP");
  return sniffText(head);
}

/** Reads the `ftyp` box: major brand, minor version, compatible brands. */
function sniffIsoMedia(head: Buffer, latin: string): FileType {
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands = [latin.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(latin.slice(at, at + 4));
  if (brands.some((brand) => brand === "avif" || brand === "avis")) return ACCEPTED("AVIF");
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return REFUSED("HEIC");
  if (brands.some((brand) => HEIF_BRANDS.has(brand))) return REFUSED("HEIF");
  return REFUSED("video (MP4)");
}

function sniffText(head: Buffer): FileType | null {
  const wide = head[0] === 0xff && head[1] === 0xfe;
  const text = head.toString(wide ? "utf16le" : "utf8").replace(/^\uFEFF/, "");
  if (/<svg[\s>]/i.test(text) && text.trimStart().startsWith("<")) return REFUSED("SVG");
  if (/^\s*(<!doctype html|<html|<head|<body)/i.test(text)) return REFUSED("HTML");
  // The head may end within a character.
  const whole = head.length < HEAD_BYTES ? text : text.slice(0, -1);
  return whole.length > 0 && !CONTROL_OR_BROKEN.test(whole) ? REFUSED("text") : null;
}

/** Control characters other than tab and line ends, and what UTF-8 could not read. */
// eslint-disable-next-line no-control-regex -- control characters are what tells bytes from text
const CONTROL_OR_BROKEN = /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/;
