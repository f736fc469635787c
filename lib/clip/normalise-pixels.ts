import type { PixelSpec } from "../frame/frame";

/**
 * Makes what an image tower takes of bytes [height, width, 3]: planar floats [3, height, width],
 * rescaled and normalised. The same memory each time, which is filled anew: a picture's floats are
 * large enough that asking for them takes as long as filling them.
 */
export function createNormaliser(spec: PixelSpec): (bytes: Uint8Array) => Float32Array {
  const [red, green, blue] = [0, 1, 2].map((channel) => normaliseBytes(spec, channel)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  let planes = new Float32Array();
  return (bytes) => {
    if (planes.length !== bytes.length) planes = new Float32Array(bytes.length);
    const area = Math.floor(bytes.length / 3);
    // Three views: places that are added up for each pixel take three times as long.
    const reds = planes.subarray(0, area);
    const greens = planes.subarray(area, 2 * area);
    const blues = planes.subarray(2 * area);
    // All indexes stay inside by construction; `?? 0` would cost a branch a step.
    for (let pixel = 0, at = 0; pixel < area; pixel++, at += 3) {
      reds[pixel] = red[bytes[at] as number] as number;
      greens[pixel] = green[bytes[at + 1] as number] as number;
      blues[pixel] = blue[bytes[at + 2] as number] as number;
    }
    return planes;
  };
}

/** The normalised value of each byte of one channel. */
function normaliseBytes({ mean, std, rescale }: PixelSpec, channel: number): Float32Array {
  return Float32Array.from(
    { length: 256 },
    (_, byte) => (byte * rescale - (mean[channel] ?? 0)) / (std[channel] ?? 1),
  );
}
