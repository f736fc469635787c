import type { Labels, Sample } from "./exposition";

/** How often values fell below each bound, and their sum. */
export class Histogram {
  private readonly counts: number[];
  private sum = 0;
  private count = 0;

  /** @param bounds upper bounds, ascending; beyond the last one is counted too */
  constructor(private readonly bounds: readonly number[]) {
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count += 1;
    const place = this.bounds.findIndex((bound) => value <= bound);
    if (place >= 0) this.counts[place] = (this.counts[place] ?? 0) + 1;
  }

  /** Cumulative, as Prometheus has it. */
  toSamples(labels: Labels): Sample[] {
    let below = 0;
    const buckets = this.bounds.map((bound, place) => {
      below += this.counts[place] ?? 0;
      const le = String(bound);
      return { suffix: "_bucket", labels: { ...labels, le }, value: below };
    });
    return [
      ...buckets,
      { suffix: "_bucket", labels: { ...labels, le: "+Inf" }, value: this.count },
      { suffix: "_sum", labels, value: this.sum },
      { suffix: "_count", labels, value: this.count },
    ];
  }
}
