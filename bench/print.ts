/** Prints one measured figure; `bound` is what it is held against, if anything. */
export function printFigure(
  name: string,
  value: string,
  bound?: { text: string; met: boolean },
): void {
  const verdict = bound ? `  (${bound.text}: ${bound.met ? "met" : "MISSED"})` : "";
  console.log(`  ${name.padEnd(52)} ${value}${verdict}`);
}

export function printTitle(title: string): void {
  console.log(`\n${title}`);
}

export const percent = (part: number, whole: number): string =>
  `${((100 * part) / Math.max(1, whole)).toFixed(1)} % (${String(part)}/${String(whole)})`;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
