/** One measure of the page docs/speed.md, held against what the hardware allows. */
export interface Row {
  readonly measure: string;
  /** What it is held against. */
  readonly limit: string;
  readonly value: number;
  readonly unit: "times" | "ms" | "MB";
  /** The most that the value may be; null: told, and held against nothing. */
  readonly goal: number | null;
  /** What the value was made of, in the units that the names tell. */
  readonly details: Readonly<Record<string, number>>;
}

export function isMet({ value, goal }: Row): boolean | null {
  return goal === null ? null : value <= goal;
}

const DIGITS = { times: 2, ms: 1, MB: 0 } as const;

export function printRow(row: Row): void {
  const { measure, limit, value, unit, goal, details } = row;
  const amount = (number: number): string => `${number.toFixed(DIGITS[unit])} ${unit}`;
  const met = isMet(row);
  const verdict = met === null ? "" : `  (≤ ${amount(goal ?? 0)}: ${met ? "met" : "MISSED"})`;
  console.log(`  ${measure} / ${limit}\n    ${amount(value)}${verdict}`);
  const parts = Object.entries(details).map(([name, part]) => `${name} ${part.toFixed(1)}`);
  if (parts.length > 0) console.log(`    ${parts.join(", ")}`);
}

/** Milliseconds of the fastest of `rounds` runs of each way, which take turns: what is slow is the machine. */
export async function fastest<K extends string>(
  ways: Readonly<Record<K, (round: number) => unknown>>,
  rounds: number,
): Promise<Record<K, number>> {
  const best = Object.fromEntries(Object.keys(ways).map((way) => [way, Infinity])) as Record<
    K,
    number
  >;
  for (let round = 0; round < rounds; round++) {
    for (const way of Object.keys(ways) as K[]) {
      const started = performance.now();
      await ways[way](round);
      best[way] = Math.min(best[way], performance.now() - started);
    }
  }
  return best;
}
