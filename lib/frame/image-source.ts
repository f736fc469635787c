/** An encoded image: what a file holds. */
export interface EncodedImage {
  readonly kind: "encoded";
  readonly bytes: Uint8Array;
}

/** Decoded pixels, 8 bits a channel, row by row, channels interleaved. */
export interface RawImage {
  readonly kind: "raw";
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
}

/** One image on its way to the decoder, whatever form it came in. */
export type ImageSource = EncodedImage | RawImage;
