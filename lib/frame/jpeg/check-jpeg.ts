import { unsupported } from "../refuse";
import type { JpegStructure } from "./read-structure";

/** Kinds of coding by the marker of the frame header that the image library does not read. */
const UNREAD: Readonly<Record<number, string>> = {
  0xc3: "lossless JPEG",
  0xc5: "hierarchical JPEG",
  0xc6: "hierarchical JPEG",
  0xc7: "lossless JPEG",
  0xcb: "lossless JPEG",
  0xcd: "hierarchical JPEG",
  0xce: "hierarchical JPEG",
  0xcf: "lossless JPEG",
};

/** SOF55, the frame header of JPEG-LS (ITU-T T.87), among the markers that T.81 leaves to others. */
const JPEG_LS = 0xf7;

/** Throws `BAD_IMAGE` for a form of JPEG that the image library would call damaged. */
export function checkJpeg({ header, segments }: JpegStructure): void {
  if (segments.some(({ marker }) => marker === JPEG_LS)) {
    throw unsupported("JPEG-LS", "frame.convert-depth");
  }
  if (!header) return;
  const form = UNREAD[header.segment.marker];
  if (form) throw unsupported(form, "frame.convert-depth");
  if (header.precision !== 8) {
    throw unsupported(`${header.precision}-bit JPEG`, "frame.convert-depth");
  }
}
