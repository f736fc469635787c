import { STAGES, type Stage, type StageTimes } from "../evaluated-photo";

/** Milliseconds of a stage. */
export interface Latency {
  readonly stage: Stage;
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** What half, and 95 of 100, pictures take at most. */
  readonly p50: number;
  readonly p95: number;
}

/** By stage; none where nothing was measured. */
export function measureLatency(times: readonly StageTimes[]): Latency[] {
  if (times.length === 0) return [];
  return STAGES.map((stage) => {
    const sorted = times.map((one) => one[stage]).sort((a, b) => a - b);
    const mean = meanOf(sorted);
    const deviation = Math.sqrt(meanOf(sorted.map((ms) => (ms - mean) ** 2)));
    return { stage, mean, deviation, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smallest value that at least this share of all does not exceed (nearest rank). */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
