/** Something that pictures come from. */
export interface PictureSource {
  /**
   * One picture, as new as the source has it: the bytes of an image file. Throws `TlacError`, or
   * the signal's reason once that is aborted.
   */
  take(signal: AbortSignal): Promise<Buffer>;
  /** Ends everything that is under way. */
  close(): Promise<void>;
}

/** A picture that comes by, of a stream that goes on until its signal is aborted. */
export type PictureStream = (signal: AbortSignal) => AsyncIterable<Buffer>;

/** More than a camera sends: a host must not fill the memory. */
export const MAX_PICTURE_BYTES = 64 * 1024 ** 2;
