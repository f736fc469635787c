/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of a picture in pixels. */
export interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}
