/** Upright opaque sRGB, 3 bytes a pixel, no side longer than the rules allow. */
export interface BoundedImage {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly scaled?: Scaled;
}

/** Which numbers of a picture that is no photograph were shown as black and as white. */
export interface Scaled {
  readonly low: number;
  readonly high: number;
}
