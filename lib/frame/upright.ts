import type { Roi } from "./frame";

/** In whole pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What turns a stored picture upright: mirrored first, then turned clockwise. */
export interface Turn {
  readonly mirror: boolean;
  readonly degrees: 0 | 90 | 180 | 270;
}

/** By EXIF orientation 1…8 (CIPA DC-008, tag 0112H). */
const TURNS: readonly Turn[] = [
  { mirror: false, degrees: 0 },
  { mirror: true, degrees: 0 },
  { mirror: false, degrees: 180 },
  { mirror: true, degrees: 180 },
  { mirror: true, degrees: 270 },
  { mirror: false, degrees: 90 },
  { mirror: true, degrees: 90 },
  { mirror: false, degrees: 270 },
];

export function turnOf(orientation: number | undefined): Turn {
  return TURNS[(orientation ?? 1) - 1] ?? { mirror: false, degrees: 0 };
}

/**
 * The part of the stored picture (of `size`) that a region of the upright one comes from: every
 * pixel that the region touches, at least one.
 */
export function locateRegion(roi: Roi, size: Size, turn: Turn): Rectangle {
  const sideways = turn.degrees === 90 || turn.degrees === 270;
  const upright = sideways ? { width: size.height, height: size.width } : size;
  const region = toPixels(roi, upright);
  const turned = turnBack(region, upright, turn.degrees);
  return turn.mirror ? { ...turned, left: size.width - turned.left - turned.width } : turned;
}

/** Where a rectangle of the upright picture lay before the picture was turned. */
function turnBack(
  { left, top, width, height }: Rectangle,
  upright: Size,
  degrees: Turn["degrees"],
): Rectangle {
  const right = upright.width - left - width;
  const bottom = upright.height - top - height;
  switch (degrees) {
    case 0:
      return { left, top, width, height };
    case 90:
      return { left: top, top: right, width: height, height: width };
    case 180:
      return { left: right, top: bottom, width, height };
    case 270:
      return { left: bottom, top: left, width: height, height: width };
  }
}

function toPixels(roi: Roi, size: Size): Rectangle {
  const left = Math.min(Math.floor(roi.left * size.width), size.width - 1);
  const top = Math.min(Math.floor(roi.top * size.height), size.height - 1);
  const right = Math.min(Math.ceil((roi.left + roi.width) * size.width), size.width);
  const bottom = Math.min(Math.ceil((roi.top + roi.height) * size.height), size.height);
  return { left, top, width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) };
}
