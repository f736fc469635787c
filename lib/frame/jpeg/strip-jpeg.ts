import type { JpegSegment, JpegStructure } from "./read-structure";

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;

/** A colour profile is some kilobytes; megabytes are none. */
const MAX_PROFILE = 1 << 20;

/** So little is not worth a copy of the rest. */
const MIN_STRIPPED = 1 << 20;

/** A marker and its length. */
const START_BYTES = 4;

/**
 * The same picture without notes, thumbnails and what a thermal camera adds, where they take
 * megabytes: the decoder would hold them several times.
 */
export function stripJpeg(bytes: Uint8Array, { segments }: JpegStructure): Uint8Array {
  const dropped = findDispensable(bytes, segments);
  const size = dropped.reduce((sum, { start, end }) => sum + end - start, 0);
  if (size < MIN_STRIPPED) return bytes;
  const kept: Uint8Array[] = [];
  let keptFrom = 0;
  for (const { start, end } of dropped) {
    kept.push(bytes.subarray(keptFrom, start - START_BYTES));
    keptFrom = end;
  }
  kept.push(bytes.subarray(keptFrom));
  return Buffer.concat(kept);
}

/** Whether an Exif segment may say that the picture is stored turned. */
export function hasExif(bytes: Uint8Array, { segments }: JpegStructure): boolean {
  return segments.some(
    (segment) => segment.marker === APP1 && nameOf(bytes, segment).startsWith("Exif"),
  );
}

/** The first letters of what an application segment holds. */
function nameOf(bytes: Uint8Array, { start }: JpegSegment): string {
  return Buffer.from(bytes.subarray(start, start + 12)).toString("latin1");
}

/** Application segments other than those that tell size, colours and orientation, and comments. */
function findDispensable(bytes: Uint8Array, segments: readonly JpegSegment[]): JpegSegment[] {
  let isExifKept = false;
  let profile = 0;
  return segments.filter((segment) => {
    const { marker, start, end } = segment;
    if (marker === COM) return true;
    if (marker <= APP0 || marker > APP15 || marker === APP14) return false;
    const name = nameOf(bytes, segment);
    if (marker === APP1 && name.startsWith("Exif\0")) {
      const isFirst = !isExifKept;
      isExifKept = true;
      return !isFirst;
    }
    if (marker === APP2 && name.startsWith("ICC_PROFILE\0")) {
      profile += end - start;
      return profile > MAX_PROFILE;
    }
    return true;
  });
}
