import type { PixelSpec } from "./frame";

/** Those that weigh pixels, not only choose one. */
export type SmoothKernel = Exclude<PixelSpec["kernel"], "nearest">;

/** Weight by distance in old pixels, 0 beyond the support. */
export const FILTERS: Record<
  SmoothKernel,
  { readonly support: number; readonly weigh: (distance: number) => number }
> = {
  linear: { support: 1, weigh: (distance) => Math.max(1 - Math.abs(distance), 0) },
  cubic: { support: 2, weigh: weighCubic },
  lanczos3: { support: 3, weigh: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic convolution with a = -0.5 (doi:10.1109/TASSP.1981.1163711). */
function weighCubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
