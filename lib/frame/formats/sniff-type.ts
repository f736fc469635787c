import type { MessageKey } from "../../i18n/catalogue";
import { NETPBM_START } from "./netpbm";

/** A file type told by its first bytes. */
export interface FileType {
  /** As a person calls it. */
  readonly name: string;
  /** What to do with a type that we do not decode; absent: we do. */
  readonly hint?: MessageKey;
}

type Signature = readonly [number, string, string, MessageKey?];

/** [offset, bytes as Latin-1, name, hint]; the first that fits counts. */
const SIGNATURES: readonly Signature[] = [
  [0, "\xff\xd8\xff", "JPEG"],
  [12, "CgBI", "PNG of an iPhone app", "frame.convert"],
  [0, "\x89PNG\r\n\x1a\n", "PNG"],
  [0, "GIF87a", "GIF"],
  [0, "GIF89a", "GIF"],
  [8, "CR\x02\x00", "Canon raw", "frame.convert-raw"],
  [0, "IIRO", "Olympus raw", "frame.convert-raw"],
  [0, "IIRS", "Olympus raw", "frame.convert-raw"],
  [0, "IIU\0", "Panasonic raw", "frame.convert-raw"],
  [0, "FUJIFILMCCD-RAW", "Fujifilm raw", "frame.convert-raw"],
  [0, "FOVb", "Sigma raw", "frame.convert-raw"],
  [6, "HEAPCCDR", "Canon raw", "frame.convert-raw"],
  [0, "II\xbc\x01", "JPEG XR", "frame.convert"],
  [0, "II*\0", "TIFF"],
  [0, "MM\0*", "TIFF"],
  [0, "II+\0\x08\0\0\0", "TIFF"],
  [0, "MM\0+\0\x08\0\0", "TIFF"],
  [0, "%PDF-", "PDF", "frame.convert-document"],
  [0, "%!PS", "PostScript", "frame.convert-document"],
  [0, "AT&TFORM", "DjVu", "frame.convert-document"],
  [0, "\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL", "frame.convert"],
  [0, "\xff\x0a", "JPEG XL", "frame.convert"],
  [0, "\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", "frame.convert"],
  [0, "\xff\x4f\xff\x51", "JPEG 2000", "frame.convert"],
  [128, "DICM", "DICOM", "frame.convert-dicom"],
  [0, "SIMPLE  =", "FITS", "frame.convert"],
  [0, "SDPX", "DPX", "frame.convert"],
  [0, "XPDS", "DPX", "frame.convert"],
  [0, "\x80\x2a\x5f\xd7", "Cineon", "frame.convert"],
  [0, "\x59\xa6\x6a\x95", "Sun raster", "frame.convert"],
  [0, "\x01\xda\x00\x01", "SGI", "frame.convert"],
  [0, "\x01\xda\x01\x01", "SGI", "frame.convert"],
  [0, "\x01\xda\x00\x02", "SGI", "frame.convert"],
  [0, "\x01\xda\x01\x02", "SGI", "frame.convert"],
  [0, "\x0a\x05\x01\x08", "PCX", "frame.convert"],
  [0, "\x0a\x05\x01\x01", "PCX", "frame.convert"],
  [0, "PH\n", "PHM", "frame.convert"],
  [0, "Ph\n", "PHM", "frame.convert"],
  [0, "\x89HDF\r\n\x1a\n", "HDF5", "frame.convert"],
  [0, "\x93NUMPY", "NumPy", "frame.convert"],
  [0, "v/1\x01", "OpenEXR", "frame.convert"],
  [0, "#?RADIANCE", "Radiance HDR", "frame.convert"],
  [0, "FFF\0", "FLIR thermal file", "frame.convert-raw"],
  [0, "8BPS", "Photoshop", "frame.convert"],
  [0, "gimp xcf", "GIMP", "frame.convert"],
  [0, "qoif", "QOI", "frame.convert"],
  [0, "DDS ", "DirectDraw surface", "frame.convert"],
  [0, "BPG\xfb", "BPG", "frame.convert"],
  [0, "\0\0\x01\0", "Windows icon", "frame.convert"],
  [0, "\0\0\x02\0", "Windows cursor", "frame.convert"],
  [0, "icns", "Apple icon", "frame.convert"],
  [0, "\xd7\xcd\xc6\x9a", "Windows metafile", "frame.convert"],
  [40, " EMF", "Windows metafile", "frame.convert"],
  [0, "PK\x03\x04", "ZIP", "frame.convert-archive"],
  [0, "\x1f\x8b", "gzip", "frame.convert-archive"],
  [0, "7z\xbc\xaf\x27\x1c", "7-Zip", "frame.convert-archive"],
  [0, "Rar!\x1a\x07", "RAR", "frame.convert-archive"],
  [0, "\x28\xb5\x2f\xfd", "Zstandard", "frame.convert-archive"],
  [0, "\xfd7zXZ\0", "xz", "frame.convert-archive"],
  [257, "ustar", "tar", "frame.convert-archive"],
  [0, "\x1a\x45\xdf\xa3", "video (Matroska)", "frame.convert-video"],
  [0, "FLV\x01", "video (Flash)", "frame.convert-video"],
  [0, "\0\0\x01\xba", "video (MPEG)", "frame.convert-video"],
  [0, "\0\0\x01\xb3", "video (MPEG)", "frame.convert-video"],
  [0, "\0\0\0\x01", "video (H.264 or H.265)", "frame.convert-video"],
  [0, "\0\0\x01\x67", "video (H.264)", "frame.convert-video"],
  [0, "\0\0\x01\x40", "video (H.265)", "frame.convert-video"],
  [0, "OggS", "video (Ogg)", "frame.convert-video"],
  [0, "\x06\x0e\x2b\x34", "video (MXF)", "frame.convert-video"],
  [0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video (Windows Media)", "frame.convert-video"],
];

/** Every packet of an MPEG transport stream begins so. */
const TRANSPORT_SYNC = 0x47;
const TRANSPORT_BYTES = 188;

const TARGA_FOOT = "TRUEVISION-XFILE.\0";

const RIFF_KINDS: Readonly<Record<string, FileType>> = {
  WEBP: { name: "WebP" },
  "AVI ": { name: "video (AVI)", hint: "frame.convert-video" },
  WAVE: { name: "sound (WAVE)", hint: "frame.not-a-picture" },
};

/** HEIF brands whose pixels are H.265, which the prebuilt image library leaves out. */
const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]);
const HEIF_BRANDS = new Set(["mif1", "mif2", "msf1", "miaf"]);

/** Sizes of a bitmap's second header: OS/2 1 and 2, Windows 3 and its variants, 4 and 5. */
const BITMAP_HEADERS = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** Bytes that are looked at; an SVG may begin with a long comment. */
const HEAD_BYTES = 4096;

/**
 * Tells a file's type by its bytes, whatever its name or media type claims; null: no type that we
 * know. Only a type without a hint reaches a decoder, so an SVG (which may name other files) never
 * does.
 */
export function sniffType(bytes: Uint8Array): FileType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES));
  const latin = head.toString("latin1");
  for (const [offset, signature, name, hint] of SIGNATURES) {
    if (latin.startsWith(signature, offset)) return hint ? { name, hint } : { name };
  }
  if (latin.startsWith("RIFF")) {
    const kind = RIFF_KINDS[latin.slice(8, 12)];
    if (kind) return kind;
  }
  if (latin.startsWith("ftyp", 4)) return sniffIsoMedia(head, latin);
  // "BM" alone begins many a text.
  if (latin.startsWith("BM") && head.length >= 18 && BITMAP_HEADERS.has(head.readUInt32LE(14))) {
    return { name: "BMP" };
  }
  if (isBareBitmap(head)) {
    return { name: "bitmap without its file header (DIB)", hint: "frame.convert" };
  }
  if (NETPBM_START.test(latin)) return { name: "PNM" };
  return sniffText(head) ?? sniffWeakly(bytes);
}

/** Signs that a text could bear too. */
function sniffWeakly(bytes: Uint8Array): FileType | null {
  if (bytes[0] === TRANSPORT_SYNC && bytes[TRANSPORT_BYTES] === TRANSPORT_SYNC) {
    return { name: "video (MPEG)", hint: "frame.convert-video" };
  }
  const foot = Buffer.from(bytes.subarray(-TARGA_FOOT.length)).toString("latin1");
  return foot === TARGA_FOOT ? { name: "TGA", hint: "frame.convert" } : null;
}

/** A bitmap as Windows programs hand it around in memory. */
function isBareBitmap(head: Buffer): boolean {
  if (head.length < 40 || head.readUInt32LE(0) !== 40 || head.readUInt16LE(12) !== 1) return false;
  return [1, 4, 8, 16, 24, 32].includes(head.readUInt16LE(14)) && head.readInt32LE(4) > 0;
}

/** Reads the `ftyp` box: major brand, minor version, compatible brands. */
function sniffIsoMedia(head: Buffer, latin: string): FileType {
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands = [latin.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(latin.slice(at, at + 4));
  if (brands[0] === "avis") return { name: "AVIF animation", hint: "frame.convert-video" };
  if (brands.includes("avif")) return { name: "AVIF" };
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) {
    return { name: "HEIC", hint: "frame.convert-heic" };
  }
  if (brands.some((brand) => HEIF_BRANDS.has(brand))) {
    return { name: "HEIF", hint: "frame.convert-heic" };
  }
  if (brands.includes("crx ")) return { name: "Canon raw", hint: "frame.convert-raw" };
  return { name: "video (MP4)", hint: "frame.convert-video" };
}

function sniffText(head: Buffer): FileType | null {
  const wide = head[0] === 0xff && head[1] === 0xfe;
  const text = head.toString(wide ? "utf16le" : "utf8").replace(/^\uFEFF/, "");
  if (/<svg[\s/>]/i.test(text) && text.trimStart().startsWith("<")) {
    return { name: "SVG", hint: "frame.convert-vector" };
  }
  const hint = "frame.not-a-picture";
  if (/^\s*(<!doctype html|<html|<head|<body)/i.test(text)) return { name: "HTML", hint };
  // The head may end within a character.
  const whole = head.length < HEAD_BYTES ? text : text.slice(0, -1);
  return whole.length > 0 && !CONTROL_OR_BROKEN.test(whole) ? { name: "text", hint } : null;
}

/** Control characters other than tab and line ends, and what UTF-8 could not read. */
// eslint-disable-next-line no-control-regex -- control characters are what tells bytes from text
const CONTROL_OR_BROKEN = /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/;
