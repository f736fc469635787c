import { TlacError } from "../errors";
import type { MessageKey } from "../i18n/catalogue";
import { readPngHeader } from "./formats/png";
import type { Tiff } from "./formats/tiff";
import type { JpegHeader } from "./jpeg/read-structure";

/** Memory that decoding one picture may take beside the file's own, in bytes. */
const MAX_MEMORY = 300e6;

/** Samples that all scans of a JPEG may go over: ten scans of 100 megapixels in colour. */
const MAX_SCANNED = 2e9;

/** Measured with libheif and aom: bytes held for each pixel of 8 bits and of more. */
const AVIF_BYTES = 19.2;
const AVIF_DEEP_BYTES = 24;

/** Measured with libjpeg: two bytes for each coefficient, and the rows that become pixels. */
const COEFFICIENT_BYTES = 2.15;

/** The canvas of an animation and one picture of it. */
const CANVAS_BYTES = 5;

/**
 * Measured with libvips: so many rows are held while a PNG or TIFF is read from top to bottom, but
 * at most `COPIES` of the whole picture.
 */
const ROWS = 2100;
const COPIES = 2.8;

/** Measured with libpng: an interlaced picture is held with something around it. */
const INTERLACED_COPIES = 1.25;

/** Measured with libtiff: a strip or tile that is a JPEG is held twice. */
const JPEG_IN_TIFF = 7;
const JPEG_COPIES = 2.2;

interface Picture {
  readonly type: string;
  readonly width: number;
  readonly height: number;
}

/** Throws `BAD_IMAGE` where decoding would hold more at once than one picture may. */
function checkMemory({ type, width, height }: Picture, bytes: number, hint: MessageKey): void {
  if (bytes <= MAX_MEMORY) return;
  const megabytes = Math.round(bytes / 1e6);
  const params = { type, width, height, megabytes, max: MAX_MEMORY / 1e6, hint: { key: hint } };
  throw new TlacError("BAD_IMAGE", "frame.too-costly", params);
}

/** A progressive JPEG is held as a whole, and gone over by each scan. */
export function checkJpegCost(header: JpegHeader, scans: number): void {
  const { width, height, components } = header;
  const h = Math.max(1, ...components.map((component) => component.h));
  const v = Math.max(1, ...components.map((component) => component.v));
  const perPixel = components.reduce((sum, each) => sum + (each.h * each.v) / (h * v), 0);
  const samples = width * height * perPixel;
  if (scans > 1) {
    const picture = { type: "JPEG", width, height };
    checkMemory(picture, COEFFICIENT_BYTES * samples, "frame.cheaper-jpeg");
  }
  if (scans > components.length && scans * samples > MAX_SCANNED) {
    throw new TlacError("BAD_IMAGE", "frame.too-many-scans", { width, height, scans });
  }
}

export function checkPngCost(bytes: Uint8Array): void {
  const header = readPngHeader(bytes);
  if (!header) return;
  const picture = { type: "PNG", ...header };
  if (header.isInterlaced) {
    checkMemory(picture, INTERLACED_COPIES * header.pixelBytes, "frame.cheaper-png");
  }
  checkRows(picture, header.pixelBytes);
}

export function checkTiffCost({ width, height }: Omit<Picture, "type">, tiff: Tiff): void {
  const picture = { type: "TIFF", width, height };
  const copies = tiff.compression === JPEG_IN_TIFF ? JPEG_COPIES : 1;
  checkMemory(picture, copies * tiff.pieceBytes, "frame.cheaper-tiff");
  checkRows(picture, tiff.pixelBytes);
}

/** Wide rows cost more than many of them. */
function checkRows(picture: Picture, pixelBytes: number): void {
  const rows = Math.min(ROWS, COPIES * picture.height);
  checkMemory(picture, (pixelBytes / picture.height) * rows, "frame.cheaper-rows");
}

/** Formats that are decoded as a whole whatever their file says: AVIF, GIF and most of WebP. */
export function checkWholeCost(picture: Picture, bytes: Uint8Array, bits: number): void {
  const { type, width, height } = picture;
  const pixels = width * height;
  const cost =
    type === "AVIF" ? pixels * (bits > 8 ? AVIF_DEEP_BYTES : AVIF_BYTES) : pixels * CANVAS_BYTES;
  if (type === "WebP" && isPlainWebp(bytes)) return;
  checkMemory(picture, cost, "frame.cheaper-picture");
}

/** A pixel of a picture that has to be held with all its samples before it is made smaller. */
export function checkHeldCost(picture: Picture, bytesPerPixel: number): void {
  checkMemory(picture, picture.width * picture.height * bytesPerPixel, "frame.cheaper-picture");
}

/** Lossy and still: made smaller while it is decoded. */
function isPlainWebp(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(12, 16)).toString("latin1") === "VP8 ";
}
