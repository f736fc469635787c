/**
 * Resizes as Pillow does: two passes of a bicubic kernel (a = -0.5) that widens with the factor of
 * reduction. Plain and slow on purpose: the reference for our pixels. RGB in and out.
 */
export function resizeLikePillow(
  data: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
): Uint8Array {
  const wide = convolve(data, from.height, from.width, to.width, 3, from.width * 3);
  // Rows become columns: the second pass walks down.
  return convolve(wide, to.width, from.height, to.height, to.width * 3, 3);
}

/** Resizes each of `lines` lines of `length` RGB pixels, `step` apart, `lineStep` between lines. */
function convolve(
  data: Uint8Array,
  lines: number,
  length: number,
  newLength: number,
  step: number,
  lineStep: number,
): Uint8Array {
  const scale = length / newLength;
  const stretch = Math.max(scale, 1);
  const across = step === 3;
  const out = new Uint8Array(lines * newLength * 3);
  for (let to = 0; to < newLength; to++) {
    const centre = (to + 0.5) * scale;
    const first = Math.max(Math.floor(centre - 2 * stretch + 0.5), 0);
    const last = Math.min(Math.floor(centre + 2 * stretch + 0.5), length);
    const weights: number[] = [];
    for (let at = first; at < last; at++) weights.push(bicubic((at - centre + 0.5) / stretch));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let line = 0; line < lines; line++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (const [index, weight] of weights.entries()) {
          sum += weight * data[line * lineStep + (first + index) * step + channel]!;
        }
        const byte = Math.min(Math.max(Math.round(sum / total), 0), 255);
        out[(across ? line * newLength + to : to * lines + line) * 3 + channel] = byte;
      }
    }
  }
  return out;
}

function bicubic(x: number): number {
  const a = -0.5;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((t - 5) * t + 8) * t * a - 4 * a : 0;
}
