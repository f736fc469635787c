import type { Scaled } from "./bounded-image";
import type { SceneGrid } from "./scene-grid";

/** A part of the upright image in fractions of its width and height (0…1), so that it survives a camera's change of resolution. */
export interface Roi {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How an image tower wants its pixels, read from `preprocessor_config.json`. */
export interface PixelSpec {
  /** Either the short side (`shortest`) or both sides (`width` and `height`, squashed); absent: none. */
  readonly resize?:
    { readonly shortest: number } | { readonly width: number; readonly height: number };
  /** Centre crop after the resize, in pixels (black where there is no image); absent: none. */
  readonly crop?: { readonly width: number; readonly height: number };
  readonly kernel: "nearest" | "linear" | "cubic" | "lanczos3";
  /** Multiplies a byte 0…255 before normalisation, usually 1/255. */
  readonly rescale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Bytes [height, width, 3] of the size that an image tower wants, in memory of their own. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** One image as the engine sees it: upright, sRGB, opaque, bounded. */
export interface Frame {
  /** Pixels of the bounded image. */
  readonly width: number;
  readonly height: number;
  /** Baseline JPEG without metadata: what the LMM sees and what leaves as `msg.image`. */
  readonly jpeg: Buffer;
  /**
   * The same with no side longer than so many pixels, made of the pixels as long as they are kept;
   * `jpeg` itself where that is small enough.
   */
  jpegOf(maxSide: number): Promise<Buffer>;
  /** SHA-256 (hex) of the bounded pixels and their size: equal images are equal here. */
  readonly hash: string;
  /** A picture of numbers (16-bit, radiometric, floating-point): which of them became black and white. */
  readonly scaled?: Scaled;
  /** Resized with antialiasing and cropped; whoever has the image tower normalises them. */
  pixels(spec: PixelSpec): Promise<Pixels>;
  /** The picture in blocks, to be compared with an earlier one of the same scene. */
  sceneGrid(): Promise<SceneGrid>;
  /**
   * Lets go of the decoded pixels while the frame waits: `pixels` then decodes the image anew, and
   * `jpegOf` makes a JPEG of the JPEG.
   */
  rest(): void;
}

/** What a result tells of its picture, where it was not shown as it came. */
export interface FrameFacts {
  readonly scaled: Scaled;
}

/** To be spread into a result. */
export function factsOf({ scaled }: Frame): { frame?: FrameFacts } {
  return scaled ? { frame: { scaled } } : {};
}
