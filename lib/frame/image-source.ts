/** An encoded image: what a file holds. */
export interface EncodedImage {
  readonly kind: "encoded";
  readonly bytes: Uint8Array;
}

/** Numbers of any width, signed or not, whole or floating-point. */
export type Samples =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Decoded pixels, row by row, channels interleaved. */
export interface RawImage {
  readonly kind: "raw";
  /** `Uint8Array` and `Uint16Array`: 0 is black, the largest number white. Others: any range. */
  readonly data: Samples;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
}

/** One image on its way to the decoder, whatever form it came in. */
export type ImageSource = EncodedImage | RawImage;
