/** What a leak would show in. */
export interface Vitals {
  /** Resident memory in MB. */
  readonly rssMb: number;
  /** What keeps the event loop up: sockets, timers, threads. */
  readonly handles: number;
}

export function readVitals(): Vitals {
  return {
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
  };
}

/** A growth beyond either bound of a measure is a leak. */
const TOLERANCE = {
  rssMb: { share: 0.15, absolute: 30 },
  handles: { share: 0.1, absolute: 5 },
} as const satisfies Record<keyof Vitals, { share: number; absolute: number }>;

/** One measure in the second and the last quarter of a run. */
export interface Trend {
  readonly measure: keyof Vitals;
  readonly before: number;
  readonly after: number;
  /** The most that `after` may be. */
  readonly limit: number;
  readonly flat: boolean;
}

/** Medians, so that one deploy or one garbage collection decides nothing; the first quarter warms up. */
export function compareQuarters(samples: readonly Vitals[]): Trend[] {
  const quarter = Math.floor(samples.length / 4);
  const second = samples.slice(quarter, 2 * quarter);
  const last = samples.slice(-quarter);
  return (["rssMb", "handles"] as const).map((measure) => {
    const before = median(second.map((vitals) => vitals[measure]));
    const after = median(last.map((vitals) => vitals[measure]));
    const { share, absolute } = TOLERANCE[measure];
    const limit = before + Math.max(before * share, absolute);
    return { measure, before, after, limit, flat: after <= limit };
  });
}

/** NaN for none, which no comparison calls flat. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
