import type { PixelSpec } from "../frame/frame";
import { createNormaliseKernel, TABLE_LENGTH } from "./normalise-kernel";

/** Of a picture's bytes [height, width, 3]; what it returns is valid until the next. */
export type Normalise = (bytes: Uint8Array) => Float32Array;

/**
 * Makes what an image tower takes: planar floats [3, height, width], rescaled and normalised. The
 * same memory each time, which is filled anew: a picture's floats are large enough that asking for
 * them takes as long as filling them.
 */
export function createNormaliser(spec: PixelSpec): Normalise {
  const tables = new Float32Array(3 * TABLE_LENGTH);
  for (const at of tables.keys()) {
    const channel = Math.floor(at / TABLE_LENGTH);
    const value = (at % TABLE_LENGTH) * spec.rescale;
    tables[at] = (value - (spec.mean[channel] ?? 0)) / (spec.std[channel] ?? 1);
  }
  const kernel = createNormaliseKernel(tables.byteLength);
  const plainly = normalisePlainly(tables);
  if (!kernel) return plainly;
  const byKernel = normaliseByKernel(tables, kernel);
  return (bytes) => byKernel(bytes) ?? plainly(bytes);
}

/** What it returns is null where there is no memory for the picture. */
function normaliseByKernel(
  tables: Float32Array,
  kernel: NonNullable<ReturnType<typeof createNormaliseKernel>>,
): (bytes: Uint8Array) => Float32Array | null {
  return (bytes) => {
    const area = bytes.length / 3;
    const plane = area * Float32Array.BYTES_PER_ELEMENT;
    const planes = tables.byteLength;
    const pixels = planes + 3 * plane;
    const memory = kernel.reserve(pixels + bytes.length);
    if (!memory) return null;
    new Float32Array(memory, 0, tables.length).set(tables);
    new Uint8Array(memory, pixels, bytes.length).set(bytes);
    if (area > 0) {
      const places = [planes, planes + plane, planes + 2 * plane] as const;
      kernel.functions.normalise(pixels, pixels + bytes.length, ...places);
    }
    return new Float32Array(memory, planes, 3 * area);
  };
}

function normalisePlainly(tables: Float32Array): Normalise {
  return (bytes) => {
    const area = bytes.length / 3;
    const planes = new Float32Array(bytes.length);
    for (const [at, byte] of bytes.entries()) {
      const channel = at % 3;
      const value = tables[channel * TABLE_LENGTH + byte] ?? 0;
      planes[channel * area + Math.floor(at / 3)] = value;
    }
    return planes;
  };
}
